"""Before and after the visits of the demo: a briefing that is ready and one that is not, a report with what
was agreed and the letter about it, and an appointment of this morning about which nobody said yet what was
promised."""

import datetime as dt

from django.utils import timezone

from deventer_crm.core import clock
from deventer_crm.core.workdays import is_working_day, shift
from deventer_crm.home.demo.people import Team
from employers.models import FollowUp, Theme
from employers.services.followups import confirm_follow_up, fulfil_follow_up
from meetings.models import Briefing, Meeting, MeetingKind
from meetings.services import (
    NotedSignal,
    add_outcome,
    log_briefing_view,
    plan_meeting,
    save_briefing,
    save_report,
    send_feedback,
    sign_off_report,
)

POINTS = (
    "Vraag hoe het gaat met de stroomaansluiting\nNoem de open dag\nBedank voor de stageplekken",
    "Vraag naar de plannen voor het lege pand ernaast\nNoem het loket voor personeel",
)
MIND = "Over de bouw hiernaast loopt nog een gesprek; zeg daar niets over toe."
NEWS = "Zij nemen een tweede ploeg aan en zoeken vijf mensen."
ASKS = "Of de vrachtwagens een andere route kunnen nemen."
SIGNALS = (
    ("energie", "De aansluiting is te klein voor de nieuwe machines."),
    ("personeel", "Monteurs zijn bijna niet te vinden."),
)


def tell_aftermath(team: Team, today: dt.date) -> None:
    """Through the services, on the days it would have happened."""
    _briefings(team, today)
    _reports(team, today)
    _this_morning(team, today)


def _of_the_college(**conditions: object) -> list[Meeting]:
    rows = Meeting.objects.filter(kind__counts_for_visit=True, is_confidential=False, **conditions)
    return list(rows.select_related("owner", "kind").order_by("starts_at", "pk"))


def _at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def _briefings(team: Team, today: dt.date) -> None:
    """The first visit to come is ready and was read; of the second the points are written."""
    coming = _of_the_college(state=Meeting.State.PLANNED, starts_at__gte=clock.start_of(today))
    for number, (meeting, points) in enumerate(zip(coming, POINTS, strict=False)):
        with clock.at(_at(shift(today, -1), 15)):
            briefing = Briefing(meeting=meeting, points=points, sensitivities=MIND if number == 0 else "")
            save_briefing(briefing, by=meeting.owner or team.lead, ready=number == 0)
            if number == 0:
                log_briefing_view(meeting, team.secretary)


def _reports(team: Team, today: dt.date) -> None:
    """The last reported visit in full, with a letter; the one before was written by the secretary and signed
    off."""
    done = _of_the_college(state=Meeting.State.REPORTED)[-2:]
    for number, meeting in enumerate(reversed(done)):
        day = meeting.reported_on or today
        manager = meeting.owner or team.lead
        with clock.at(_at(day, 16)):
            report = meeting.report
            report.company_news, report.asks = NEWS, ASKS
            save_report(report, by=team.secretary if number else manager, signals=_signals(meeting))
        if number:
            with clock.at(_at(min(today, shift(day, 1)), 11)):
                sign_off_report(meeting, by=manager)
        else:
            _letter(team, meeting, day, today)


def _signals(meeting: Meeting) -> list[NotedSignal]:
    employer = meeting.employers.order_by("pk")[0]
    themes = {theme.code: theme for theme in Theme.objects.all()}
    return [NotedSignal(themes[code], employer, said) for code, said in SIGNALS if code in themes]


def _letter(team: Team, meeting: Meeting, day: dt.date, today: dt.date) -> None:
    """Two promises, of which one was kept by the time the letter went."""
    employer, manager = meeting.employers.order_by("pk")[0], meeting.owner or team.lead
    with clock.at(_at(day, 16, 20)):
        kept = add_outcome(
            meeting,
            by=manager,
            employer=employer,
            what="De folder over subsidie sturen",
            kind=FollowUp.Kind.PROMISE_TO,
        )
        add_outcome(
            meeting,
            by=manager,
            employer=employer,
            what="Aantal stageplekken doorgeven",
            kind=FollowUp.Kind.PROMISE_BY,
        )
    told_on = min(today, shift(day, 2))
    with clock.at(_at(told_on, 10)):
        kept = confirm_follow_up(
            kept, by=manager, exact_words="U krijgt de folder van ons.", authority_checked=True
        )
        kept = fulfil_follow_up(kept, by=manager, outcome="Gestuurd")
    people = [
        row.person
        for row in meeting.participants.filter(person__isnull=False).select_related("person")
        if row.person and row.person.email and not row.person.objects_to_mail and not row.person.has_objected
    ]
    if people:
        with clock.at(_at(told_on, 11)):
            send_feedback(
                meeting,
                by=manager,
                people=people[:1],
                subject="Wat wij bespraken",
                body="Beste mensen,\n\nDit bespraken we\n- De stroomaansluiting\n\nDit doen wij\n"
                "- De folder is gestuurd.\n\nDit doet u\n- U geeft door hoeveel stageplekken er zijn.",
                told=[kept],
            )


def _this_morning(team: Team, today: dt.date) -> None:
    """A short appointment of the member who logs in: the page of the college asks what was promised."""
    member = next((member for member in team.college if member.user_id), None)
    kind = MeetingKind.objects.filter(code="overleg").first()
    earlier = _of_the_college(state=Meeting.State.PLANNED)
    if member is None or kind is None or not earlier or not is_working_day(today):
        return
    employer = earlier[-1].employers.order_by("pk")[0]
    with clock.at(_at(shift(today, -5), 14)):
        plan_meeting(
            by=team.secretary,
            kind=kind,
            title="Kort overleg over de inrit",
            starts_at=_at(today, 8, 30),
            ends_at=_at(today, 9),
            place=Meeting.Place.TOWN_HALL,
            employers=[employer],
            college_members=[member],
            owner=earlier[-1].owner,
        )
