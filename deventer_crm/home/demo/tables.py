"""The round tables of the demo: an agenda with minutes and decisions for the boards' meeting that was held,
and a sheet, documents to come and a new chair for the chairs' meeting that is planned."""

import datetime as dt

from deventer_crm.core import clock
from deventer_crm.core.workdays import shift
from deventer_crm.home.demo.people import Team
from employers.models import Employer, FollowUp, Position
from employers.services.followups import add_follow_up, fulfil_follow_up
from employers.services.people import save_position
from meetings.models import AgendaDocument, Meeting, Participant, Series
from meetings.selectors.table_sheet import sheet_page
from meetings.services.agenda import add_item, receive_document, save_document
from meetings.services.minutes import Agreed, ItemMinutes, write_minutes
from meetings.services.table import set_roles
from meetings.services.table_sheet import take_over

#: Title, minutes needed, what was said, decision, finished.
BOARDS_AGENDA = (
    ("Opening en mededelingen", 10, "De voorzitter heet iedereen welkom.", "", True),
    (
        "Laden en lossen in de binnenstad",
        30,
        "De proef met venstertijden loopt goed; de bezorgers willen een half uur eerder beginnen.",
        "De proef gaat door tot de zomer, met venstertijden vanaf 6.30 uur.",
        True,
    ),
    (
        "Verlichting op de bedrijventerreinen",
        20,
        "De parkmanagers brengen in kaart waar lampen ontbreken.",
        "",
        False,
    ),
    ("Stageplekken voor het najaar", 20, "De verenigingen vragen hun leden.", "Doel: 40 plekken.", True),
)


def make_agenda(team: Team, meeting: Meeting, associations: list[Employer]) -> None:
    """The agenda of the boards, made when they were asked; two parties bring an item."""
    for number, (title, minutes, _notes, _decision, _finished) in enumerate(BOARDS_AGENDA):
        add_item(
            meeting,
            by=team.secretary,
            title=title,
            duration=minutes,
            brought_by=associations[number] if number in (2, 3) else None,
        )
    members = meeting.participants.filter(college_member__isnull=False).order_by("pk")
    set_roles(meeting, {members[0].pk: Participant.Role.CHAIR}, by=team.secretary)


def take_minutes(team: Team, meeting: Meeting, associations: list[Employer], today: dt.date) -> None:
    """What was said and decided; two decisions ask somebody for something (one of them was done since), and
    the report is ready."""
    items = list(meeting.agenda_items.order_by("position"))
    write_minutes(
        meeting,
        by=team.secretary,
        remarks="Eén vereniging heeft zich afgemeld." if meeting.employers.count() < 4 else "",
        items=[
            ItemMinutes(item.pk, item.version, notes, decision, finished)
            for item, (_title, _minutes, notes, decision, finished) in zip(items, BOARDS_AGENDA, strict=True)
        ],
        agreed=[
            Agreed(
                "Borden met de nieuwe venstertijden laten plaatsen",
                associations[0],
                item_id=items[1].pk,
                owner=team.inner_city,
            ),
            Agreed(
                "Leden vragen hoeveel stageplekken zij hebben",
                associations[3],
                item_id=items[3].pk,
                kind=FollowUp.Kind.PROMISE_BY,
                owner=team.industry,
                due_on=shift(today, 8),
            ),
        ],
        is_ready=True,
    )
    boards = FollowUp.objects.filter(meeting_row__agenda_item=items[1]).first()
    if boards is not None and meeting.held_on is not None and shift(meeting.held_on, 9) <= today:
        with clock.at(shift(meeting.held_on, 9)):
            fulfil_follow_up(boards, by=team.inner_city, outcome="De borden staan er")


def tell_chairs(team: Team, associations: list[Employer], today: dt.date) -> None:
    """For the chairs' meeting to come: open points of both sides, a chair who is new since it was planned,
    lines taken over from the sheet, and documents, one of which is late."""
    rows = Meeting.objects.filter(
        kind__series__code=Series.CHAIRS, state=Meeting.State.PLANNED, starts_at__gte=clock.start_of(today)
    )
    meeting = rows.order_by("starts_at").first()
    if meeting is None:
        return
    with clock.at(shift(today, -9)):
        for what, kind, association in (
            ("Kaart van de laadplekken in het centrum sturen", FollowUp.Kind.ACTION, associations[1]),
            ("Voorstel voor het ondernemersfonds toesturen", FollowUp.Kind.PROMISE_BY, associations[2]),
        ):
            add_follow_up(by=team.lead, employer=association, what=what, kind=kind, due_on=shift(today, 12))
    _new_chair(team, associations[3], shift(today, -6))
    with clock.at(shift(today, -3)):
        page = sheet_page(meeting, team.secretary)
        themes = [line.key for line in page.lines if line.theme is not None][:1]
        points = [line.key for line in page.lines if line.follow_up is not None][:2]
        add_item(meeting, by=team.secretary, title="Opening en verslag van de vorige keer", duration=10)
        items = take_over(meeting, {*themes, *points}, by=team.secretary)
        for name, due, item in (
            ("Cijfers over leegstand", shift(today, -2), items[0] if items else None),
            ("Voorstel ondernemersfonds", shift(today, 3), None),
        ):
            document = AgendaDocument(
                meeting=meeting, name=name, item=item, from_employer=associations[2], due_on=due
            )
            save_document(document, by=team.secretary)
        plan = AgendaDocument(meeting=meeting, name="Planning werk aan de weg", from_user=team.inner_city)
        receive_document(plan, by=team.secretary)


def _new_chair(team: Team, association: Employer, since: dt.date) -> None:
    """Somebody of the board takes the chair over."""
    old = association.positions.filter(seat=Position.Seat.CHAIR, ends_on__isnull=True).first()
    board = association.positions.filter(seat=Position.Seat.BOARD, ends_on__isnull=True).first()
    if old is None or board is None:
        return
    old.ends_on = since - dt.timedelta(days=1)
    save_position(old, by=team.lead)
    save_position(
        Position(
            person=board.person,
            employer=association,
            title="voorzitter",
            seat=Position.Seat.CHAIR,
            starts_on=since,
        ),
        by=team.lead,
    )
