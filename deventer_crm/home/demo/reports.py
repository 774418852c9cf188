"""Quarterly reports of the demo: two quarters that are over, of which one is published, and a draft. Each was
frozen in the second week after its quarter."""

import datetime as dt

from deventer_crm.core import clock
from deventer_crm.core.models import Commitment, Quarter, QuarterlyReport
from deventer_crm.home.demo.people import Team
from deventer_crm.home.reports.services import begin_report, freeze_report, publish_report, save_text

#: What the lead wrote, by commitment.
TEXTS = {
    "C1": "De bezoeken liggen op koers. Voor werkgevers die nog niet zijn gesproken, staat in het jaarplan"
    " wie van het college gaat.",
    "C2": "Het bestuurlijk overleg ging over personeel en ruimte om te groeien. De partijen willen eerder"
    " weten wat de gemeente van plan is met de bedrijventerreinen.",
    "C4": "Het thema van dit jaar is personeel vinden en houden. Ondernemers organiseren het samen met ons.",
    "C5": "De verdeling van het budget volgt de afspraak. In het voorjaar ging er meer tijd naar de"
    " binnenstad; dat is in de zomer rechtgetrokken.",
}
DRAFT = {"C1": "Nog aanvullen met de bezoeken van deze maand."}
DAYS_AFTER = 9


def tell_reports(team: Team, today: dt.date) -> None:
    """The quarter before the last one published, the last one frozen, this one begun."""
    last = Quarter.of(today).previous
    for quarter, is_public in ((last.previous, True), (last, False)):
        _report(team, quarter, min(quarter.last + dt.timedelta(days=DAYS_AFTER), today), is_public=is_public)
    with clock.at(today):
        this = Quarter.of(today)
        _write(begin_report(this.year, this.number, by=team.lead), DRAFT, team)


def _report(team: Team, quarter: Quarter, day: dt.date, *, is_public: bool) -> None:
    if not Commitment.objects.on(quarter.last).exists():
        return
    with clock.at(day):
        report = begin_report(quarter.year, quarter.number, by=team.lead)
        _write(report, TEXTS, team)
        report = freeze_report(report, by=team.lead)
    if is_public:
        with clock.at(day + dt.timedelta(days=14)):
            publish_report(report, by=team.lead)


def _write(report: QuarterlyReport, texts: dict[str, str], team: Team) -> None:
    as_of = min(report.period.last, clock.today())
    for commitment in Commitment.objects.on(as_of).filter(code__in=texts).order_by("pk"):
        save_text(report, commitment, texts[commitment.code], by=team.lead)
