"""R10: what is confidential exists only for who is named on it and for the lead. A world full of secrets is
walked by every role at every address of the permission matrix, in the administration and in the morning mail;
the one word that is in all of them may be found nowhere."""

import datetime as dt
import io
import json
import re
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.models import User
from accounts.roles import Act, Role
from budget.models import HoursImport, HoursLine
from deventer_crm.core import clock
from deventer_crm.core.digests import send_digests
from deventer_crm.core.lists import LISTS
from deventer_crm.core.lists.definition import ACTS
from deventer_crm.core.mails import queue_mail
from deventer_crm.core.models import (
    BulkAct,
    Commitment,
    OutgoingMail,
    Quarter,
    QuarterlyReport,
    SavedView,
)
from employers.models import (
    AccountCover,
    ChangeProposal,
    ContactMoment,
    DeliveryRow,
    Employer,
    EmployerGrouping,
    EmployerTag,
    HandOver,
    RegisterDelivery,
    SheetImport,
    SheetRow,
    SignalObjection,
    Tag,
    Theme,
    TopList,
    TopListAdjustment,
    TopListEntry,
)
from meetings.calendar.feed import make_feed
from meetings.models import (
    AgendaDocument,
    AgendaItem,
    Briefing,
    Meeting,
    MeetingFollowUp,
    Report,
    ReportDraft,
    ReportSignal,
)
from tests.accounts.factories import CollegeMemberFactory, UserFactory
from tests.budget.factories import TimeEntryFactory
from tests.employers.factories import (
    AccountAssignmentFactory,
    ContactMomentFactory,
    EmployerFactory,
    EstablishmentFactory,
    FollowUpFactory,
    FollowUpRequestFactory,
    JobCountFactory,
    MembershipFactory,
    PositionFactory,
)
from tests.home.factories import ReminderFactory, make_report
from tests.meetings.factories import (
    AgendaDocumentFactory,
    AgendaItemFactory,
    GuestFactory,
    InvitationFactory,
    MeetingFactory,
    MeetingKindFactory,
    PlanProposalFactory,
    SeriesPartyFactory,
)
from tests.meetings.series_world import make_series, meet
from tests.permission_matrix import AM, FA, ROWS, TL, Row
from tests.support.walk import looks_at_htmx, names_asked

pytestmark = pytest.mark.django_db

#: What people search for, and what may not be in the answer: a page repeats what was asked.
ASKED, SECRET = "Zwijgzaam", "Fluisterhout"
NAME = f"{ASKED} {SECRET}"


def make_world(user: User, *, readers: tuple[User, ...] = ()) -> SimpleNamespace:  # noqa: PLR0915 - a list of secrets
    """Secrets of every kind, tied to records that are open; some of them the asking user's own work, from
    before they became confidential."""
    today = clock.today()
    lead = UserFactory(role=TL)
    secret = EmployerFactory(name=f"{NAME} B.V.", is_confidential=True, phone="0570 00 00 00")
    open_one = EmployerFactory(name="Openbaar Proefhuis B.V.")
    place = EstablishmentFactory(employer=secret, is_main=True)
    JobCountFactory(establishment=place, jobs=900)
    JobCountFactory(establishment=EstablishmentFactory(employer=open_one, is_main=True), jobs=800)
    AccountAssignmentFactory(employer=secret, user=user)
    hidden_person = PositionFactory(employer=secret, person__last_name=f"Persoon {NAME}").person
    known = PositionFactory(employer=open_one).person
    PositionFactory(employer=secret, person=known, title=f"commissaris {NAME}")
    club = EmployerFactory(name="Proefvereniging", kind=Employer.Kind.ASSOCIATION)
    secret_club = EmployerFactory(
        name=f"Vereniging {NAME}", kind=Employer.Kind.ASSOCIATION, is_confidential=True
    )
    MembershipFactory(employer=secret, association=club)
    MembershipFactory(employer=open_one, association=secret_club)
    # Grouped while both were open; one of them became confidential later.
    part = EmployerFactory(name=f"Deel {NAME}", is_confidential=True, merged_into=open_one)
    grouping = EmployerGrouping.objects.create(
        survivor=open_one, absorbed=part, reason=f"hoort bij {NAME}", created_by=lead, moved={}
    )
    when = clock.now() - dt.timedelta(days=3)
    for options in (
        {"employers": [secret, open_one]},
        {"employers": [open_one], "is_confidential": True},
        {"employers": [open_one], "audience": "named"},
        {"employers": [secret], "user": user},
    ):
        ContactMomentFactory(
            subject=f"over {NAME}", notes=NAME, happened_at=when, readers=readers, people=[known], **options
        )
    ContactMomentFactory(employers=[open_one], people=[hidden_person, known], happened_at=when)
    meetings = [
        MeetingFactory(
            planned=True,
            on=today + dt.timedelta(5),
            title=f"Gesprek {NAME}",
            employers=[secret, open_one],
            owner=user,
            readers=readers,
            college=True,
        ),
        MeetingFactory(
            planned=True,
            on=today + dt.timedelta(6),
            title=f"Overleg {NAME}",
            employers=[open_one],
            owner=lead,
            is_confidential=True,
            readers=readers,
            college=True,
        ),
        MeetingFactory(
            reported=True,
            on=today - dt.timedelta(6),
            title=f"Bezoek {NAME}",
            employers=[secret],
            owner=user,
            readers=readers,
            report=True,
            college=True,
        ),
    ]
    make_table(user, secret=secret, secret_club=secret_club, club=club, when=when)
    briefed = make_aftermath(user, lead, open_one=open_one, readers=readers)
    open_meeting = MeetingFactory(
        planned=True,
        on=today + dt.timedelta(7),
        employers=[open_one],
        owner=user,
        people=[(known, open_one), (hidden_person, secret)],
        college=True,
    )
    invitations = [
        InvitationFactory(employer=secret, sent_on=today - dt.timedelta(9), person=hidden_person),
        InvitationFactory(employer=open_one, sent_on=today - dt.timedelta(9), meeting=meetings[1]),
        InvitationFactory(employer=open_one, sent_on=today - dt.timedelta(8), person=hidden_person),
    ]
    guests = {"open_guest": (open_one, known), "secret_guest": (secret, hidden_person)}
    theme = make_guests(user, lead, invitations, **guests)
    top = TopList.objects.create(
        year=today.year, size=20, reference_date=dt.date(today.year, 1, 1), frozen_on=today, frozen_by=lead
    )
    entry = TopListEntry.objects.create(
        top_list=top, employer=secret, rank=1, jobs=900, status="added", reason=f"vanwege {NAME}"
    )
    TopListEntry.objects.create(top_list=top, employer=open_one, rank=2, jobs=800)
    adjustment = TopListAdjustment.objects.create(
        year=today.year, employer=secret, status="added", reason=f"vanwege {NAME}"
    )
    PlanProposalFactory(employer=secret, state="dropped", dropped_reason=f"vanwege {NAME}")
    PlanProposalFactory(employer=part)
    PlanProposalFactory(employer=open_one, why=[{"code": "near", "employer": secret.pk, "postcode": "7411"}])
    TimeEntryFactory(user=user, employer=secret, day=today, note=f"gebeld met {NAME}")
    TimeEntryFactory(user=lead, employer=secret, day=today, note=f"gebeld met {NAME}")
    hours_file = HoursImport.objects.create(
        file_name="uren.csv", by=user, state="done", counts={"rows": 4, "hours": "4"},
        preview={"header": ["medewerker", "kvk"], "positions": {"medewerker_email": 0}},
    )  # fmt: skip
    for number, outcome in enumerate(HoursLine.Outcome.values, start=2):
        HoursLine.objects.create(
            sheet=hours_file, number=number, outcome=outcome, employer=secret, values=[NAME]
        )
    delivery = RegisterDelivery.objects.create(
        file_name="proef.csv", reference_date=dt.date(2026, 4, 1), state=RegisterDelivery.State.DONE,
        preview={"header": ["kvk", "naam"], "positions": {"naam_vestiging": 1}}, rows_total=4,
    )  # fmt: skip
    for number, outcome in enumerate(("new", "changed", "unchanged", "doubtful", "missing"), start=1):
        DeliveryRow.objects.create(
            delivery=delivery, number=number, outcome=outcome, establishment=place, values=["1", NAME],
            reason="looks_like" if outcome == "doubtful" else "", reason_values={"name": NAME},
        )  # fmt: skip
    proposal = ChangeProposal.objects.create(
        establishment=place, field="name", own_value=NAME, register_value=NAME, delivery=delivery
    )
    # A list of their own, from before it became confidential, and one of the lead.
    sheets = [
        SheetImport.objects.create(
            what=what, list_name=name, by=by, state=SheetImport.State.DONE,
            preview={"header": ["naam"], "positions": {"naam": 0}}, counts={"rows": 3},
        )
        for what, name, by in (
            ("employers", "Proeflijst", user), ("people", "Proefmensen", user), ("employers", NAME, lead),
        )
    ]  # fmt: skip
    said = {
        "values": [NAME],
        "differences": [{"field": "naam", "before": NAME, "after": NAME, "applied": True}],
    }
    for outcome in SheetRow.Outcome.values:
        rows: list[dict[str, Any]] = [
            {"sheet": sheets[0], "employer": secret},
            {"sheet": sheets[1], "person": hidden_person, "employer": open_one},
            {"sheet": sheets[2]},
        ]
        if outcome == "doubtful":
            asks = {"reason": "same_name", "reason_values": {"asks": "employer"}}
            rows.append({"sheet": sheets[0], "candidates": [secret.pk], **asks})
        for number, row in enumerate(rows, start=2):
            SheetRow.objects.create(number=number, outcome=outcome, **said, **row)
    work = make_daily_work(user, lead, secret=secret, open_one=open_one, part=part, readers=readers)
    FollowUpFactory(employer=open_one, owner=lead, due_on=today, what=NAME, person=hidden_person)
    for target in (*meetings, *invitations[:2], *work["promises"], entry):
        ReminderFactory(recipient=user, target=target)
    if readers:
        for record in (secret, secret_club, part):
            record.readers.set(readers)
    report = make_frozen_report(lead, secret, readers)
    from employers.services import refresh_employers

    refresh_employers(list(Employer.objects.values_list("pk", flat=True)), today)
    return SimpleNamespace(
        lead=lead, secret=secret, open_one=open_one, club=club, known=known, hidden_person=hidden_person,
        theme=theme, briefed=briefed, report=report, top=top, open_meeting=open_meeting,
        meetings=meetings, invitations=invitations,
        delivery=delivery,
        grouping=grouping, adjustment=adjustment, proposal=proposal, sheets=sheets, hours_file=hours_file,
        **work,
    )  # fmt: skip


def make_table(
    user: User, *, secret: Employer, secret_club: Employer, club: Employer, when: dt.datetime
) -> None:
    """Meetings of a series that are open, with secrets around them: a party, an item, a document, a decision,
    a chair, a theme that secret companies mention."""
    today = clock.today()
    series = make_series(parties=2)
    SeriesPartyFactory(series=series, association=secret_club, seat="chair")
    SeriesPartyFactory(series=series, association=club, seat="chair")
    PositionFactory(employer=secret_club, seat="chair", person__last_name=f"Voorzitter {NAME}")
    theme = Theme.objects.create(code="stil", name="Stil thema")
    held = meet(series, today - dt.timedelta(days=20), held=True, owner=user)
    to_come = meet(series, today + dt.timedelta(days=20), planned=True, planned_on=today, owner=user)
    for meeting in (held, to_come):
        item = AgendaItemFactory(
            meeting=meeting, title=f"Punt {NAME}", text=NAME, notes=NAME, is_confidential=True
        )
        AgendaDocumentFactory(meeting=meeting, item=item, name=f"Stuk {NAME}")
        AgendaItemFactory(meeting=meeting, title=f"Punt van {NAME}", brought_by=secret_club)
        AgendaDocumentFactory(meeting=meeting, name=f"Stuk van {NAME}", from_employer=secret_club)
        point = FollowUpFactory(employer=secret, what=f"Doen voor {NAME}", due_on=today)
        AgendaItemFactory(meeting=meeting, title=f"Over {NAME}", follow_up=point, source="follow_up")
        AgendaItemFactory(meeting=meeting, title="Open punt")
    made = FollowUpFactory(employer=club, what=f"Besluit {NAME}", is_confidential=True, due_on=today)
    MeetingFollowUp.objects.create(meeting=held, follow_up=made)
    MembershipFactory(employer=secret, association=series.clubs[0])
    FollowUpFactory(employer=secret, theme=theme, due_on=today)
    for _number in range(3):
        one = EmployerFactory(name=f"Bedrijf {NAME} {_number}", is_confidential=True)
        ContactMomentFactory(employers=[one], theme=theme, happened_at=when)
    ReminderFactory(recipient=user, target=to_come.agenda_documents.first())


def make_guests(
    user: User,
    lead: User,
    invitations: list[Any],
    *,
    open_guest: tuple[Any, Any],
    secret_guest: tuple[Any, Any],
) -> Any:
    """A guest of what became a secret, on a list that is open, and a mail about each secret invitation."""
    theme = MeetingFactory(
        planned=True,
        on=clock.today() + dt.timedelta(8),
        kind=MeetingKindFactory(code="proefthema"),
        owner=user,
    )
    for employer, person in (open_guest, secret_guest):
        GuestFactory(meeting=theme, employer=employer, person=person, position=False)
    for invitation in invitations:
        queue_mail(
            kind="invitation", key=f"invitation:{invitation.pk}:0", to="gast@example.org", subject=NAME,
            text=NAME, about=invitation, by=lead,
        )  # fmt: skip
    OutgoingMail.objects.update(state=OutgoingMail.State.FAILED, retry_at=None)
    return theme


def make_frozen_report(lead: User, secret: Employer, readers: tuple[User, ...]) -> QuarterlyReport:
    """A report that counts a secret, and whose text names an employer that became one after it was frozen."""
    today = clock.today()
    MeetingFactory(held=True, on=today, employers=[secret], college=True, place="company")
    later = EmployerFactory(name=f"Later {NAME}")
    report = make_report(Quarter.of(today), by=lead, freeze=True, C1=f"Ook Later {NAME} deed mee.")
    Employer.objects.filter(pk=later.pk).update(is_confidential=True)
    later.readers.set(readers)
    return report


def make_aftermath(user: User, lead: User, *, open_one: Employer, readers: tuple[User, ...]) -> Meeting:
    """An open meeting that was held, with what only some may know: its report, what was agreed, and the copy
    of the briefing, which tells of secrets. Called when most of these secrets are there."""
    from meetings.services import add_outcome, freeze_briefing

    owner = readers[0] if readers else lead
    FollowUpFactory(employer=open_one, owner=owner, what=f"Onder ons {NAME}", audience="named")
    meeting = MeetingFactory(
        planned=True, on=clock.today() - dt.timedelta(2), employers=[open_one], college=True, owner=owner
    )
    Briefing.objects.create(meeting=meeting, points="Vraag hoe het gaat")
    freeze_briefing(meeting, by=lead)
    Meeting.objects.filter(pk=meeting.pk).update(
        state="reported", held_on=clock.today() - dt.timedelta(2), reported_on=clock.today()
    )
    meeting.refresh_from_db()
    report = Report.objects.create(meeting=meeting, summary=NAME, opinions=NAME, audience="named")
    ReportSignal.objects.create(report=report, theme=Theme.objects.all()[0], employer=open_one, sentence=NAME)
    add_outcome(meeting, by=lead, employer=open_one, what=f"Afgesproken {NAME}", audience="named", owner=lead)
    other = UserFactory(role=AM)
    ReportDraft.objects.create(
        meeting=meeting, user=other, typed=ReportDraft.packed({"summary": [NAME]}), saved_at=clock.now()
    )
    return meeting


def make_daily_work(
    user: User, lead: User, *, secret: Employer, open_one: Employer, part: Employer, readers: tuple[User, ...]
) -> dict[str, Any]:
    """What the team works with each day: promises, views, acts on many rows, a hand-over, signals, cover."""
    today = clock.today()
    # What lies with the asking user at what became a secret, and secrets of others at what is open.
    promises = [
        FollowUpFactory(what=f"Doen voor {NAME}", exact_words=NAME, due_on=today, readers=readers, **options)
        for options in (
            {"employer": secret, "owner": user, "promise": True},
            {"employer": secret, "owner": lead},
            {"employer": open_one, "owner": lead, "is_confidential": True},
            {"employer": open_one, "owner": lead, "audience": "named"},
        )
    ]
    # What was promised by who left, and asked of a colleague without an account.
    member = CollegeMemberFactory(starts_on=dt.date(2018, 1, 1), ends_on=dt.date(2022, 5, 31))
    for options in (
        {"employer": secret},
        {"employer": open_one, "is_confidential": True, "department": NAME},
        {"employer": open_one, "audience": "named"},
    ):
        promises.append(
            FollowUpFactory(
                what=f"Beloofd aan {NAME}", due_on=today, promise=True, owner=lead, promised_by=member,
                readers=readers, **options,
            )
        )  # fmt: skip
    FollowUpFactory(employer=open_one, promise=True, owner=user, promised_by=member, due_on=today)
    questions = [
        FollowUpRequestFactory(follow_up=row, question=f"Hoe zit het met {NAME}?", answered=number % 2 == 1)
        for number, row in enumerate(promises)
    ]
    InvitationFactory(employer=secret, college_member=member, note=NAME)
    open_promise = FollowUpFactory(
        employer=open_one, owner=user, due_on=today, contact_moment=ContactMoment.objects.earliest("pk")
    )
    SavedView.objects.create(list_key="employers", owner=lead, name=NAME, query=f"q={SECRET}")
    act = BulkAct.objects.create(
        list_key="employers", act="label", by=user, row_count=2,
        undo={"tag": 0, "is_new": False, "made": [secret.pk, open_one.pk]},
    )  # fmt: skip
    handed = HandOver.objects.create(
        from_user=UserFactory(role=AM), to_user=user, starts_on=today, created_by=lead, completed_on=today,
        employers=[secret.pk, part.pk, open_one.pk], asked={"scope": "all", "keys": []},
        moved={
            "follow_up": [[row.pk] for row in promises], "portfolios": {"made": [], "taken": []},
        },
    )  # fmt: skip
    # Signals of every kind: shrunk, silent, a promise that is late, and one somebody objected to.
    SignalObjection.objects.create(
        employer=secret, code="silent", cause="contact:never", reason=f"niet zo bij {NAME}", made_on=today,
        created_by=user,
    )  # fmt: skip
    JobCountFactory(establishment=secret.establishments.get(), jobs=1900, reference_date=dt.date(2025, 4, 1))
    AccountCover.objects.create(
        user=handed.from_user, substitute=user, starts_on=today, ends_on=today + dt.timedelta(5)
    )
    AccountAssignmentFactory(employer=part, user=handed.from_user)
    EmployerTag.objects.create(employer=secret, tag=Tag.objects.create(name="proeflabel"))
    known = {"member": member, "questions": questions}
    return known | {"promises": promises, "open_promise": open_promise, "act": act, "handed": handed}


def series_meetings() -> list[int]:
    return list(Meeting.objects.filter(kind__series__isnull=False).values_list("pk", flat=True))


def on_agenda(model: Any) -> list[list[Any]]:
    """Items or documents of the meeting to come."""
    rows = model.objects.filter(meeting__state=Meeting.State.PLANNED, meeting__kind__series__isnull=False)
    return [list(pair) for pair in rows.order_by("pk").values_list("meeting_id", "pk")]


#: Pages that tell of the series and the agenda of a meeting.
AT_TABLE = {f"meetings:{name}" for name in ("detail", "items", "items_pdf", "minutes", "renew", "roles")}


def addresses(row: Row, world: SimpleNamespace, user: User) -> list[str]:
    """The address of a row for the records of the world that are open, next to those that are not."""
    kinds: dict[str, list[list[Any]]] = {
        "employer": [[world.open_one.pk], [world.club.pk], [world.secret.pk]],
        "person": [[world.known.pk], [world.hidden_person.pk]],
        "a_meeting": [
            [world.open_meeting.pk],
            [world.briefed.pk],
            *([one.pk] for one in world.meetings),
            # What a meeting has besides: a series, an agenda, minutes.
            *([pk] for pk in series_meetings() if row.name in AT_TABLE),
        ],
        "a_table": [[pk] for pk in series_meetings()],
        "an_agenda_item": on_agenda(AgendaItem),
        "an_agenda_document": on_agenda(AgendaDocument),
        "a_guest_meeting": [[world.theme.pk], *([one.pk] for one in world.meetings)],
        "an_invitation": [[one.pk] for one in world.invitations],
        "delivery": [[world.delivery.pk]],
        "sheet": [[sheet.pk] for sheet in world.sheets],
        "own_follow_up": [[one.pk] for one in (world.open_promise, *world.promises)],
        "asked_colleague": [[one.pk] for one in world.questions],
        "answered_colleague": [[one.pk] for one in world.questions],
        "left_member": [[world.member.pk]],
        "own_hand_over": [[world.handed.pk]],
        "own_bulk_act": [[world.act.pk]],
        "an_import": [[world.hours_file.pk]],
        "a_done_import": [[world.hours_file.pk]],
        "a_frozen_report": [[world.report.pk]],
    }
    arguments: list[list[Any]] = [row.arguments(user)]
    if row.name == "employers:import_rows":
        outcomes = ("new", "changed", "unchanged", "doubtful", "refused", "missing")
        arguments = [[world.delivery.pk, outcome] for outcome in outcomes]
    elif row.name == "employers:sheet_rows":
        arguments = [[sheet.pk, outcome] for sheet in world.sheets for outcome in SheetRow.Outcome.values]
    elif row.name == "budget:import_rows":
        arguments = [[world.hours_file.pk, outcome] for outcome in HoursLine.Outcome.values]
    elif row.name == "budget:month":
        arguments = [[clock.today().year, clock.today().month]]
    elif row.name == "budget:week":
        arguments = [list(clock.today().isocalendar()[:2])]
    elif callable(row.args):
        arguments += kinds.get(row.args.__qualname__.split(".")[0], [])
    elif row.name == "meetings:month":
        days = [one.starts_at for one in (world.open_meeting, *world.meetings)]
        arguments = [[year, month] for year, month in sorted({(day.year, day.month) for day in days})]
    elif row.name == "meetings:week":
        weeks = {one.starts_at.isocalendar()[:2] for one in (world.open_meeting, *world.meetings)}
        arguments = [list(week) for week in sorted(weeks)]
    elif row.name == "list_export":
        arguments = [[key, kind] for key in LISTS for kind in ("csv", "xlsx")]
    elif row.name == "list_act":
        arguments = [[key, code] for key, acts in ACTS.items() for code in acts]
    elif row.name == "home:report_evidence":
        arguments = [[world.report.pk, line["commitment"]] for line in world.report.figures["rows"]]
    elif row.name == "home:monitor_evidence":
        arguments = [[code] for code in ("C1", "C2", "C3", "C4", "C5", "C6", "C7")]
    return [reverse(row.name, args=one) for one in arguments]


def queries(world: SimpleNamespace) -> list[dict[str, Any]]:
    """Ways to look for a secret through an address."""
    return [
        {},
        {"q": ASKED},
        {"q": "Fluistrhout"},
        {"panel": "filters"},
        {"panel": "counts"},
        {"columns": "labels.kvk.address.contact_by.employer.seat.sector.area.person.theme", "state": "all"},
        {"after": f"{world.secret.pk}-25"},
        {"rows": [world.secret.pk, world.hidden_person.pk, world.open_one.pk], "query": f"q={ASKED}"},
        {"from_user": world.handed.from_user_id, "to_user": world.lead.pk, "starts_on": clock.today()},
        {"employer": world.secret.pk, "bedrijf": world.secret.pk},
        {"employer": world.open_one.pk, "bedrijf": world.open_one.pk, "meeting": world.meetings[1].pk},
        {"per": "bedrijf", "soort": "alles", "answers": "left", "department": "none", "age": ">14"},
        {"afspraak": ["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C14"]},
        {"member": "1", "day": clock.today().isoformat(), "top": "yes", "state": "planned"},
    ]


def asked_of(
    client: Client, url: str, ways: list[dict[str, Any]], headers: dict[str, str]
) -> list[dict[str, Any]]:
    """Those ways that the page looks at; all others would get the answer it gives when nothing is asked."""
    with names_asked() as names:
        client.get(url, headers=headers)
        client.get(url, {name: value for way in ways for name, value in way.items()}, headers=headers)
    return [way for way in ways if not way or names & set(way)]


def ways_of(client: Client, url: str) -> list[dict[str, str]]:
    """As a page; and as a part of it, where htmx gets something else."""
    htmx = {"HX-Request": "true", "HX-Target": "timeline"}
    plain, part = client.get(url), client.get(url, headers=htmx)
    return [{}, htmx] if looks_at_htmx(plain, part) else [{}]


def leak(response: Any) -> str:
    """The sentence that tells, or nothing."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):  # a workbook
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(map(book.read, book.namelist()))
    text = content.decode(errors="replace") + str(response.headers)
    at = text.find(SECRET)
    if at < 0:
        return ""
    return re.sub(r"\s+", " ", strip_tags(text[max(0, at - 300) : at + 60]))[-150:]


@pytest.fixture
def readable_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents as what they are made of: the text of a PDF is packed."""

    def texts(template: str, data: Any, **options: Any) -> bytes:
        return json.dumps(data, ensure_ascii=False, default=str).encode()

    for view in (
        "employers.views.handover",
        "employers.views.ledger",
        "meetings.views.leavers",
        "meetings.views.briefing",
        "meetings.views.items",
        "meetings.views.series",
        "deventer_crm.home.reports.documents",
    ):
        monkeypatch.setattr(f"{view}.make_pdf", texts)


@pytest.mark.parametrize("role", [role for role in Role if role != TL], ids=str)
def test_a_secret_is_in_no_answer_for_who_may_not_know(role: Role, client_as: Any, readable_pdf: None):
    user = UserFactory(role=role, password="een-lang-wachtwoord")
    world = make_world(user)
    client = client_as(user)
    found = []
    for row in ROWS:
        if not row.get or role not in row.get or row.open or row.name.startswith(("mfa", "account")):
            continue
        for url in addresses(row, world, user):
            for headers in ways_of(client, url):
                for query in asked_of(client, url, queries(world), headers):
                    told = leak(client.get(url, query, headers=headers))
                    if told:
                        found.append(f"{row.name} {url} {query} {'htmx' if headers else ''}: {told}")
    assert not found, "\n".join(found)


def test_a_secret_is_on_no_page_of_the_administration(client_as: Any):
    user = UserFactory(role=FA)
    make_world(user)
    client = client_as(user)
    found = []
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        pages = [(f"{name}_changelist", [], {}), (f"{name}_changelist", [], {"q": ASKED})]
        for pk in model._default_manager.order_by("-pk").values_list("pk", flat=True)[:30]:
            pages += [(f"{name}_change", [pk], {}), (f"{name}_history", [pk], {})]
        for page, arguments, query in pages:
            told = leak(client.get(reverse(page, args=arguments), query))
            if told:
                found.append(f"{page} {arguments} {query}: {told}")
    for app, model_name, field in (("accounts", "mandate", "secretary"), ("employers", "portfolio", "user")):
        query = {"app_label": app, "model_name": model_name, "field_name": field, "term": ASKED}
        if leak(client.get(reverse("admin:autocomplete"), query)):
            found.append(f"autocomplete {app}.{model_name}.{field}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("role", Role, ids=str)
def test_a_secret_is_in_no_mail(role: Role):
    """Mail never carries what is confidential, not even to the lead."""
    user = UserFactory(role=role)
    make_world(user)

    send_digests(clock.today())

    mine = [message for message in mail.outbox if user.email in message.to]
    assert len(mine) == 1
    message = mine[0]
    assert SECRET not in message.subject + str(message.body) + str(getattr(message, "alternatives", ""))


@pytest.mark.parametrize("role", Role, ids=str)
def test_a_secret_is_in_no_calendar_feed(role: Role, client: Client):
    """Not even for who is named on it and sits at the table: calendars are read by others too."""
    user = UserFactory(role=role)
    world = make_world(user, readers=(user,))
    for meeting in (*world.meetings, world.open_meeting):
        meeting.participants.get_or_create(user=user)
    token = make_feed(user, with_names=True)

    response = client.get(reverse("meetings:feed", args=[token]))

    assert response.status_code == (200 if user.can(Act.SEE_AGENDA) else 404)
    assert leak(response) == ""
    if user.can(Act.SEE_AGENDA):
        assert b"SUMMARY" in response.content


@pytest.mark.parametrize("role", [AM, TL], ids=str)
def test_who_is_named_and_the_lead_do_see_it(role: Role, client_as: Any, readable_pdf: None):
    """Otherwise the walk would find nothing because there is nothing."""
    user = UserFactory(role=role)
    world = make_world(user, readers=(user,) if role == AM else ())
    client = client_as(user)

    for url in (
        f"{reverse('employers:list')}?q={ASKED}",
        reverse("employers:detail", args=[world.secret.pk]),
        reverse("employers:detail", args=[world.open_one.pk]),
        f"{reverse('employers:people')}?q={ASKED}",
        reverse("employers:person", args=[world.known.pk]),
        reverse("employers:top", args=[clock.today().year]),
        reverse("meetings:agenda"),
        reverse("meetings:week", args=(clock.today() + dt.timedelta(5)).isocalendar()[:2]),
        reverse("meetings:detail", args=[world.meetings[0].pk]),
        reverse("meetings:invitations"),
        reverse("home:week"),
        reverse("home:reminders"),
        reverse("budget:hours"),
        reverse("budget:month", args=[clock.today().year, clock.today().month]),
        reverse("budget:week", args=list(clock.today().isocalendar()[:2])),
        reverse("budget:own_hours", args=[clock.today().year]),
        reverse("home:monitor_evidence", args=["C1"]),
        reverse("home:report", args=[world.report.pk]),
        reverse("home:report_pdf", args=[world.report.pk]),
        reverse("home:report_figures", args=[world.report.pk]),
        reverse("home:report_evidence", args=[world.report.pk, Commitment.objects.get(code="C1").pk]),
        f"{reverse('home:search')}?q={ASKED}",
        f"{reverse('employers:establishments')}?q={ASKED}",
        f"{reverse('employers:follow_ups')}?q={ASKED}",
        f"{reverse('list_export', args=['follow-ups', 'csv'])}?query=q%3D{ASKED}",
        f"{reverse('list_export', args=['employers', 'xlsx'])}?query=q%3D{ASKED}",
        f"{reverse('list_act', args=['employers', 'label'])}?rows={world.secret.pk}",
        reverse("employers:timeline", args=[world.open_one.pk]),
        reverse("employers:follow_up", args=[world.promises[0].pk]),
        reverse("employers:handover_sheet", args=[world.handed.pk]),
        reverse("employers:handover_pdf", args=[world.handed.pk]),
        f"{reverse('employers:follow_up_ledger')}?per=bedrijf",
        reverse("meetings:member_sheet", args=[world.member.pk]),
        reverse("meetings:member_pdf", args=[world.member.pk]),
        reverse("meetings:briefing", args=[world.meetings[0].pk]),
        reverse("meetings:briefing", args=[world.briefed.pk]),
        reverse("meetings:briefing_pdf", args=[world.briefed.pk]),
        reverse("meetings:detail", args=[world.briefed.pk]),
    ):
        assert leak(client.get(url)), url
