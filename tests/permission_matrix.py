"""Who may ask for which address: one row for each URL name (R9). tests/test_permissions.py walks the root
urlconf and fails on a name without a row, so a new page starts here.

    row("employers:detail", args=lambda user: [EmployerFactory().pk], get=TEAM, post=None)

`get`, `post`  the roles that are let in; None: the method is not offered (405). Roles outside get 403.
`args`         a list, or a function of the asking user that makes the object and returns the arguments.
               For rows with a function, numbers that exist nowhere must answer 404.
`hidden`       roles for which the object does not exist (404 instead of 403), for instance somebody else's.
`confidential` the same as `args` for a confidential record: 404 for everybody let in but the lead.
`open`         needs no log-in; anybody else is sent to the log-in page.
`also`         status codes besides the usual ones that are right for somebody let in.
`query`, `data` what is sent along.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from accounts.roles import Role

AM, CM, ES, TL, ED, RD, FA = Role
ALL = frozenset(Role)
NOBODY: frozenset[Role] = frozenset()
TEAM = frozenset({AM, CM, ES, TL, FA})
PLANNERS = frozenset({AM, ES, TL})

Arguments = Sequence[Any] | Callable[[User], Sequence[Any]]


@dataclass(frozen=True)
class Row:
    """What is expected of one URL name."""

    name: str
    args: Arguments = ()
    get: frozenset[Role] | None = None
    post: frozenset[Role] | None = None
    hidden: frozenset[Role] = frozenset()
    confidential: Callable[[User], Sequence[Any]] | None = None
    open: bool = False
    also: frozenset[int] = frozenset()
    query: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)

    def arguments(self, user: User) -> list[Any]:
        return list(self.args(user) if callable(self.args) else self.args)


def row(
    name: str,
    *,
    args: Arguments = (),
    get: Iterable[Role] | None = None,
    post: Iterable[Role] | None = None,
    hidden: Iterable[Role] = (),
    confidential: Callable[[User], Sequence[Any]] | None = None,
    open: bool = False,
    also: Iterable[int] = (),
    query: dict[str, Any] | None = None,
    data: dict[str, Any] | None = None,
) -> Row:
    """A row; roles may be given as any collection."""
    return Row(
        name,
        args,
        None if get is None else frozenset(get),
        None if post is None else frozenset(post),
        frozenset(hidden),
        confidential,
        open,
        frozenset(also),
        query or {},
        data or {},
    )


def coming_norm(user: User) -> list[Any]:
    """A norm that has not begun."""
    from deventer_crm.core import clock
    from deventer_crm.core.models import Commitment, CommitmentNorm

    row = Commitment.objects.get(code="C3")
    day = clock.today() + dt.timedelta(days=30 + row.norms.count())
    norm = CommitmentNorm.objects.create(commitment=row, value=4, starts_on=day, reason="proef")
    return ["C3", norm.pk]


def own_reminder(user: User) -> list[int]:
    """A reminder of whoever asks; nobody else's has an address."""
    from tests.home.factories import ReminderFactory

    return [ReminderFactory(recipient=user).pk]


def given_reminder(user: User) -> list[int]:
    """A reminder of whoever asks that a colleague does now."""
    from deventer_crm.core import clock
    from tests.accounts.factories import UserFactory
    from tests.home.factories import ReminderFactory

    today = clock.today()
    given = {"delegated_to": UserFactory(), "delegated_on": today, "delegated_until": today}
    return [ReminderFactory(recipient=user, **given).pk]


def this_year(user: User) -> Sequence[Any]:
    from deventer_crm.core import clock

    return [clock.today().year]


def adjustment(user: User) -> Sequence[Any]:
    """A change of this year's list of the largest employers."""
    from deventer_crm.core import clock
    from employers.models import TopListAdjustment
    from tests.employers.factories import EmployerFactory

    year = clock.today().year
    made = TopListAdjustment.objects.create(
        year=year, employer=EmployerFactory(), status="added", reason="proef"
    )
    return [year, made.pk]


# ── core and accounts ────────────────────────────────────────────────────────────────────────────

CORE = [
    row("livez", get=ALL, open=True),
    row("healthz", get=ALL, open=True, also={503}),  # it tells that the worker of a test is away
    row("set_language", get=ALL, post=ALL, open=True),
]

ACCOUNTS = [
    row("account_login", get=ALL, post=ALL, open=True),
    row("account_logout", get=ALL, post=ALL, open=True),
    row("account_signup", get=ALL, post=ALL, open=True),
    row("account_inactive", get=ALL, open=True),
    row("account_reset_password", get=ALL, post=ALL, open=True),
    row("account_reset_password_done", get=ALL, open=True),
    row("account_reset_password_from_key", args=["1", "verlopen-sleutel"], get=ALL, post=ALL, open=True),
    row("account_reset_password_from_key_done", get=ALL, open=True),
    row("mfa_authenticate", get=ALL, post=ALL, open=True),
    row("account_reauthenticate", get=ALL, post=ALL),
    row("mfa_reauthenticate", get=ALL, post=ALL),
    row("account_change_password", get=ALL, post=ALL),
    row("account_set_password", get=ALL, post=ALL),
    row("mfa_index", get=ALL),
    row("mfa_activate_totp", get=ALL, post=ALL),
    row("mfa_deactivate_totp", get=ALL, post=ALL, hidden=ALL),
    row("mfa_view_recovery_codes", get=ALL, hidden=ALL),
    row("mfa_generate_recovery_codes", get=ALL, post=ALL),
    row("mfa_download_recovery_codes", get=ALL, hidden=ALL),
    row("usersessions_list", get=ALL, post=ALL),
]

# ── employers ────────────────────────────────────────────────────────────────────────────────────

EDITORS = frozenset({AM, TL, FA})
PEOPLE_EDITORS = frozenset({AM, ES, TL, FA})
LOGGERS = frozenset({AM, CM, TL, ED, FA})


def employer(user: User) -> Sequence[Any]:
    from tests.employers.factories import EmployerFactory

    return [EmployerFactory().pk]


def secret_employer(user: User) -> Sequence[Any]:
    from tests.employers.factories import EmployerFactory

    return [EmployerFactory(is_confidential=True).pk]


def grouping(user: User) -> Sequence[Any]:
    from employers.services import group_employers
    from tests.employers.factories import EmployerFactory

    whole = EmployerFactory()
    return [whole.pk, group_employers(whole, EmployerFactory(), by=user, reason="proef").pk]


def own_contact(user: User, **options: Any) -> Sequence[Any]:
    """A contact that the asking user logged: nobody but the lead changes somebody else's."""
    from tests.employers.factories import ContactMomentFactory, EmployerFactory

    concerned = EmployerFactory(**options)
    return [concerned.pk, ContactMomentFactory(user=user, employers=[concerned]).pk]


def secret_contact(user: User) -> Sequence[Any]:
    return own_contact(user, is_confidential=True)


def person(user: User) -> Sequence[Any]:
    from tests.employers.factories import PositionFactory

    return [PositionFactory().person_id]


def secret_person(user: User) -> Sequence[Any]:
    from tests.employers.factories import PositionFactory

    return [PositionFactory(employer__is_confidential=True).person_id]


def membership(user: User) -> Sequence[Any]:
    from tests.employers.factories import MembershipFactory

    return [MembershipFactory().pk]


def secret_membership(user: User) -> Sequence[Any]:
    from tests.employers.factories import MembershipFactory

    return [MembershipFactory(association__is_confidential=True).pk]


def position(user: User) -> Sequence[Any]:
    from tests.employers.factories import PositionFactory

    return [PositionFactory().pk]


def secret_position(user: User) -> Sequence[Any]:
    from tests.employers.factories import PositionFactory

    return [PositionFactory(employer__is_confidential=True).pk]


SETTLERS = frozenset({AM, CM, ES, TL, ED, FA})


def own_follow_up(act: str) -> Callable[..., Sequence[Any]]:
    """A promise to an employer that lies with whoever asks, in the state in which that act makes sense."""

    def make(user: User, **options: Any) -> Sequence[Any]:
        from employers import services
        from tests.accounts.factories import UserFactory
        from tests.employers.factories import FollowUpFactory

        keeper = UserFactory(role=TL)
        made = FollowUpFactory(promise=True, owner=user, **options)
        if act not in {"", "confirm"}:
            made = services.confirm_follow_up(made, by=keeper, exact_words="Proef.", authority_checked=True)
        if act in {"report_back", "reopen"}:
            made = services.fulfil_follow_up(made, by=keeper)
        return [made.pk]

    return make


def secret_follow_up(act: str) -> Callable[[User], Sequence[Any]]:
    def make(user: User) -> Sequence[Any]:
        return own_follow_up(act)(user, employer__is_confidential=True, is_confidential=True)

    return make


def follow_up_row(act: str, who: Iterable[Role] = SETTLERS) -> Row:
    return row(
        f"employers:follow_up_{act}" if act else "employers:follow_up",
        args=own_follow_up(act),
        get=who,
        post=who if act else None,
        confidential=secret_follow_up(act),
    )


def asked_colleague(user: User, *, answered: bool = False, **options: Any) -> Sequence[Any]:
    """A question about something that lies with whoever asks."""
    from tests.employers.factories import FollowUpRequestFactory

    return [FollowUpRequestFactory(answered=answered, follow_up__owner=user, **options).pk]


def answered_colleague(user: User) -> Sequence[Any]:
    return asked_colleague(user, answered=True)


def secret_question(user: User) -> Sequence[Any]:
    secret = {"follow_up__is_confidential": True, "follow_up__employer__is_confidential": True}
    return asked_colleague(user, **secret)


def edit_row(name: str, *, get: Iterable[Role] | None = EDITORS) -> Row:
    return row(f"employers:{name}", args=employer, get=get, post=EDITORS, confidential=secret_employer)


def sheet(state: str, *, own: bool = True) -> Callable[[User], Sequence[Any]]:
    """A list: one's own, or somebody else's, which exists for who may see everything only."""

    def make(user: User) -> Sequence[Any]:
        from employers.models import SheetImport
        from tests.accounts.factories import UserFactory

        preview = {"header": ["naam", "telefoon"], "positions": {"naam": 0}}
        fields = {"what": "employers", "list_name": "Proeflijst", "file": "lijst.sheet", "preview": preview}
        made = SheetImport.objects.create(state=state, by=user if own else UserFactory(), **fields)
        return [made.pk]

    return make


def sheet_row(*, key: bool, own: bool = True) -> Callable[[User], Sequence[Any]]:
    """A doubtful row: its number, or the page of its class."""

    def make(user: User) -> Sequence[Any]:
        from employers.models import SheetRow

        pk = sheet("done", own=own)(user)[0]
        row = SheetRow.objects.create(
            sheet_id=pk, number=2, outcome="doubtful", reason="same_name", reason_values={"asks": "employer"}
        )
        return [pk, row.pk if key else "doubtful"]

    return make


def own_view(user: User) -> Sequence[Any]:
    from deventer_crm.core.models import SavedView

    return [SavedView.objects.get_or_create(list_key="employers", owner=user, name="Proef")[0].pk]


def own_bulk_act(user: User) -> Sequence[Any]:
    from deventer_crm.core.models import BulkAct

    undo = {"tag": 0, "is_new": False, "made": []}
    made = BulkAct.objects.create(list_key="employers", act="label", by=user, undo=undo, row_count=1)
    return [made.pk]


IMPORTERS = {TL, FA}
SHEETS: list[Row] = [
    row("employers:sheet_list", get=IMPORTERS),
    row("employers:sheet_upload", get=IMPORTERS, post=IMPORTERS),
    *(
        row(
            f"employers:sheet_{name}",
            args=sheet(state),
            get=None if name == "start" else IMPORTERS,
            post=None if name in ("detail", "refused") else IMPORTERS,
            confidential=sheet(state, own=False),
        )
        for name, state in (
            ("detail", "checked"),
            ("columns", "checked"),
            ("start", "checked"),
            ("discard", "checked"),
            ("undo", "done"),
            ("refused", "done"),
        )
    ),
    row(
        "employers:sheet_rows",
        args=sheet_row(key=False),
        get=IMPORTERS,
        confidential=sheet_row(key=False, own=False),
    ),
    row(
        "employers:sheet_decide",
        args=sheet_row(key=True),
        post=IMPORTERS,
        confidential=sheet_row(key=True, own=False),
    ),
]

LISTS: list[Row] = [
    row("list_acts", get=ALL),
    row("list_undo", args=own_bulk_act, get=ALL, post=ALL),  # one's own; without the right it says so
    row("list_view_add", args=["employers"], get=ALL, post=ALL),
    row("list_view_edit", args=own_view, get=ALL, post=ALL),
    row("list_view_save", args=own_view, post=ALL),
    row("list_view_delete", args=own_view, get=ALL, post=ALL),
    row("list_act", args=["employers", "toewijzen"], get=EDITORS, post=EDITORS),
    row("list_export", args=["employers", "csv"], get=ALL),
]

EMPLOYERS: list[Row] = [
    row("employers:list", get=ALL),
    row("employers:establishments", get=ALL),
    row("employers:follow_ups", get={AM, CM, ES, TL, ED, FA}),
    row("employers:add", get=EDITORS, post=EDITORS),
    row("employers:detail", args=employer, get=ALL, confidential=secret_employer),
    row("employers:timeline", args=employer, get=SETTLERS, confidential=secret_employer),
    *(edit_row(name) for name in ("edit", "manager", "group", "retire")),
    edit_row("reuse", get=None),
    row("employers:ungroup", args=grouping, post=EDITORS),
    row("employers:contact_add", args=employer, post=LOGGERS, confidential=secret_employer),
    row("employers:contact_new", args=employer, get=LOGGERS, post=LOGGERS, confidential=secret_employer),
    row("employers:person_contact", args=person, get=LOGGERS - {ED}, confidential=secret_person),
    *(
        row(
            f"employers:{name}",
            args=own_contact,
            get=LOGGERS,
            post=LOGGERS,
            confidential=secret_contact,
        )
        for name in ("contact_edit", "contact_withdraw")
    ),
    row("employers:follow_up_add", args=employer, get=SETTLERS, post=SETTLERS, confidential=secret_employer),
    *(follow_up_row(act) for act in ("", "edit", "fulfil", "report_back", "drop", "reassign", "reopen")),
    follow_up_row("confirm", EDITORS),
    follow_up_row("pass_on"),
    *(
        row(
            f"employers:follow_up_request_{name}",
            args=asked_colleague,
            get=SETTLERS,
            post=SETTLERS,
            confidential=secret_question,
        )
        for name in ("again", "withdraw")
    ),
    row(
        "employers:follow_up_request_handle",
        args=answered_colleague,
        post=SETTLERS,
        data={"act": "seen"},
        confidential=secret_question,
    ),
    row("employers:question", args=["geen-link"], get=ALL, post=ALL, open=True, also={404}),
    *(row(f"employers:follow_up_{name}", get=SETTLERS) for name in ("ledger", "weekly", "weekly_pdf")),
    row("employers:people", get=TEAM),
    row("employers:person", args=person, get=TEAM, confidential=secret_person),
    row("employers:person_add", get=PEOPLE_EDITORS, post=PEOPLE_EDITORS),
    row("employers:person_anonymise", args=person, get={FA}, post={FA}, confidential=secret_person),
    row("employers:knowing", args=employer, get=TEAM, confidential=secret_employer),
    row("employers:members", args=employer, get=TEAM, confidential=secret_employer),
    row("employers:membership_add", args=employer, get=EDITORS, post=EDITORS, confidential=secret_employer),
    row(
        "employers:membership_end", args=membership, get=EDITORS, post=EDITORS, confidential=secret_membership
    ),
    *(
        row(f"employers:{name}", args=args, get=PEOPLE_EDITORS, post=PEOPLE_EDITORS, confidential=secret)
        for name, args, secret in (
            ("person_edit", person, secret_person),
            ("position_add", person, secret_person),
            ("position_edit", position, secret_position),
            ("position_end", position, secret_position),
        )
    ),
]


def portfolio(user: User) -> Sequence[Any]:
    from employers.models import Portfolio
    from tests.accounts.factories import UserFactory
    from tests.employers.factories import SectorFactory

    made = Portfolio.objects.create(
        user=UserFactory(role=AM), sector=SectorFactory(), starts_on=dt.date(2024, 1, 1)
    )
    return [made.pk]


def cover(user: User) -> Sequence[Any]:
    from deventer_crm.core import clock
    from employers.models import AccountCover
    from tests.accounts.factories import UserFactory

    absent, substitute = UserFactory(role=AM), UserFactory(role=AM)
    today = clock.today()
    return [
        AccountCover.objects.create(
            user=absent, substitute=substitute, starts_on=today, ends_on=today + dt.timedelta(days=7)
        ).pk
    ]


def own_hand_over(user: User) -> Sequence[Any]:
    """One by the asking user: others than the lead see their own only."""
    from deventer_crm.core import clock
    from employers.portfolios.handover import Scope, hand_over
    from tests.accounts.factories import UserFactory
    from tests.employers.factories import AccountAssignmentFactory

    AccountAssignmentFactory(user=user)
    to_user = UserFactory(role=AM)
    return [hand_over(user, to_user, by=user, starts_on=clock.today(), scope=Scope()).pk]


def objection(user: User) -> Sequence[Any]:
    """One that the asking user made."""
    from deventer_crm.core import clock
    from employers.models import SignalObjection

    (employer_pk,) = employer(user)
    made = SignalObjection.objects.create(
        employer_id=employer_pk,
        code="silent",
        cause="contact:never",
        reason="proef",
        made_on=clock.today(),
        created_by=user,
    )
    return [employer_pk, made.pk]


SEES_PORTFOLIOS = frozenset({AM, ES, TL, FA})

PORTFOLIOS = [
    row("employers:portfolios", get=SEES_PORTFOLIOS),
    row("employers:portfolio_add", get={TL}, post={TL}),
    row("employers:portfolio_edit", args=portfolio, get={TL}, post={TL}),
    row("employers:portfolio_end", args=portfolio, post={TL}),
    row("employers:proposals", get={TL}, post={TL}),
    row("employers:cover_add", get={TL}, post={TL}),
    row("employers:cover_edit", args=cover, get={TL}, post={TL}),
    row("employers:cover_end", args=cover, post={TL}),
    row("employers:handover_add", get={TL}, post={TL}),
    row("employers:handover", args=own_hand_over, get=SEES_PORTFOLIOS),
    row("employers:handover_undo", args=own_hand_over, post={TL}),
    row("employers:handover_sheet", args=own_hand_over, get=SEES_PORTFOLIOS),
    row("employers:handover_pdf", args=own_hand_over, get=SEES_PORTFOLIOS),
    row(
        "employers:signal_object",
        args=employer,
        get=EDITORS,
        post=EDITORS,
        confidential=secret_employer,
    ),
    row("employers:signal_withdraw", args=objection, post=EDITORS),
]


def delivery(user: User) -> Sequence[Any]:
    """A file that was looked at and waits for a person."""
    from employers.models import RegisterDelivery

    made = RegisterDelivery.objects.create(
        file="deliveries/proef.csv",
        file_name="proef.csv",
        reference_date=dt.date(2026, 4, 1),
        state=RegisterDelivery.State.CHECKED,
        preview={"header": ["kvk", "naam"]},
    )
    return [made.pk]


def refused_rows(user: User) -> Sequence[Any]:
    return [*delivery(user), "refused"]


def doubtful_row(user: User) -> Sequence[Any]:
    from employers.models import DeliveryRow

    (pk,) = delivery(user)
    return [pk, DeliveryRow.objects.create(delivery_id=pk, number=2, outcome="doubtful").pk]


IMPORT = [
    row("employers:import_list", get={FA}),
    row("employers:import_upload", get={FA}, post={FA}),
    row("employers:import_detail", args=delivery, get={FA}),
    row("employers:import_columns", args=delivery, get={FA}, post={FA}),
    row("employers:import_start", args=delivery, post={FA}),
    row("employers:import_discard", args=delivery, get={FA}, post={FA}),
    row("employers:import_rows", args=refused_rows, get={FA}),
    row("employers:import_refused", args=delivery, get={FA}),
    row("employers:import_decide", args=doubtful_row, post={FA}),
]

TOP_LIST = [
    row("employers:top_this_year", get=TEAM),
    row("employers:top", args=this_year, get=TEAM),
    row("employers:top_freeze", args=this_year, get={TL}, post={TL}),
    row("employers:top_adjust", args=this_year, get={TL}, post={TL}),
    row("employers:top_withdraw", args=adjustment, post={TL}),
]

# ── meetings ─────────────────────────────────────────────────────────────────────────────────────


def a_meeting(state: str = "planned") -> Callable[[User], Sequence[Any]]:
    """Arguments of a page about a meeting in that state."""

    def make(user: User) -> Sequence[Any]:
        from deventer_crm.core import clock
        from tests.employers.factories import EmployerFactory
        from tests.meetings.factories import MeetingFactory

        traits = {} if state == "draft" else {state: True}
        day = clock.today() + dt.timedelta(days=30 if state in {"draft", "planned"} else -30)
        return [MeetingFactory(on=day, employers=[EmployerFactory()], **traits).pk]

    return make


def secret_meeting(state: str = "planned") -> Callable[[User], Sequence[Any]]:
    def make(user: User) -> Sequence[Any]:
        from tests.employers.factories import EmployerFactory
        from tests.meetings.factories import MeetingFactory

        secret = EmployerFactory(is_confidential=True)
        traits = {} if state == "draft" else {state: True}
        return [MeetingFactory(employers=[secret], **traits).pk]

    return make


def an_invitation(user: User) -> Sequence[Any]:
    from tests.meetings.factories import InvitationFactory

    return [InvitationFactory().pk]


def secret_invitation(user: User) -> Sequence[Any]:
    from tests.meetings.factories import InvitationFactory

    return [InvitationFactory(employer__is_confidential=True).pk]


def a_blocked_time(user: User) -> Sequence[Any]:
    from tests.accounts.factories import BlockedTimeFactory

    return [BlockedTimeFactory(starts_on=dt.date(2030, 7, 1)).pk]


def own_meeting_over(user: User) -> Sequence[Any]:
    """A meeting of an hour ago of whoever asks, if that is a member of the college."""
    from accounts.models import CollegeMember
    from deventer_crm.core import clock
    from tests.accounts.factories import CollegeMemberFactory
    from tests.employers.factories import EmployerFactory
    from tests.meetings.factories import MeetingFactory

    began = clock.now() - dt.timedelta(hours=1)
    members = CollegeMember.objects.filter(user=user)
    college = [members.first() or CollegeMemberFactory(user=user if user.has_role(CM) else None)]
    made = MeetingFactory(planned=True, starts_at=began, employers=[EmployerFactory()], college=college)
    return [made.pk]


def meeting_row(name: str, state: str, who: Iterable[Role], *, get: bool = True, post: bool = True) -> Row:
    """A page about one meeting: for `who`, and not there for who may not know of it."""
    return row(
        f"meetings:{name}",
        args=a_meeting(state),
        get=who if get else None,
        post=who if post else None,
        confidential=secret_meeting(state),
    )


def an_agenda_item(user: User, **options: Any) -> Sequence[Any]:
    from meetings.models import Meeting
    from tests.meetings.factories import AgendaItemFactory

    (pk,) = a_meeting("planned")(user)
    return [pk, AgendaItemFactory(meeting=Meeting.objects.get(pk=pk), **options).pk]


def secret_agenda_item(user: User) -> Sequence[Any]:
    return an_agenda_item(user, is_confidential=True)


def an_agenda_document(user: User, **options: Any) -> Sequence[Any]:
    from meetings.models import Meeting
    from tests.meetings.factories import AgendaDocumentFactory

    (pk,) = a_meeting("planned")(user)
    return [pk, AgendaDocumentFactory(meeting=Meeting.objects.get(pk=pk), **options).pk]


def secret_agenda_document(user: User) -> Sequence[Any]:
    from meetings.models import Meeting
    from tests.meetings.factories import AgendaDocumentFactory

    pk, item = secret_agenda_item(user)
    return [pk, AgendaDocumentFactory(meeting=Meeting.objects.get(pk=pk), item_id=item).pk]


def agenda_row(
    name: str,
    args: Callable[[User], Sequence[Any]],
    secret: Callable[[User], Sequence[Any]],
    *,
    get: bool = True,
) -> Row:
    """A page about something on the agenda of an open meeting; what is confidential itself is not there."""
    return row(
        f"meetings:{name}", args=args, get=PLANNERS if get else None, post=PLANNERS, confidential=secret
    )


def adopted_minutes(user: User) -> Sequence[Any]:
    from meetings.models import MeetingMinutes

    (pk,) = a_meeting("held")(user)
    MeetingMinutes.objects.create(meeting_id=pk)
    return [pk]


def a_table(user: User, **options: Any) -> Sequence[Any]:
    """A meeting of two associations."""
    from deventer_crm.core import clock
    from tests.employers.factories import EmployerFactory
    from tests.meetings.factories import MeetingFactory

    clubs = [EmployerFactory(kind="association"), EmployerFactory(kind="association", **options)]
    return [MeetingFactory(planned=True, on=clock.today() + dt.timedelta(days=30), employers=clubs).pk]


def secret_table(user: User) -> Sequence[Any]:
    return a_table(user, is_confidential=True)


def an_answer_link(user: User) -> Sequence[Any]:
    """Somebody without an account was mailed this."""
    from deventer_crm.core import clock
    from meetings.links import new_link, token_of
    from tests.employers.factories import ContactPersonFactory
    from tests.meetings.factories import InvitationFactory

    invitation = InvitationFactory(sent_on=clock.today(), person=ContactPersonFactory())
    new_link(invitation)
    invitation.save()
    return [token_of(invitation)]


def a_guest_meeting(user: User) -> Sequence[Any]:
    """A meeting that can have guests, with one on its list."""
    from deventer_crm.core import clock
    from tests.meetings.factories import GuestFactory, MeetingFactory, MeetingKindFactory

    day = clock.today() + dt.timedelta(days=30)
    meeting = MeetingFactory(planned=True, on=day, kind=MeetingKindFactory(code="proefthema"))
    GuestFactory(meeting=meeting)
    return [meeting.pk]


def guest_row(name: str, who: Iterable[Role], *, get: bool = True, post: bool = True, **more: Any) -> Row:
    return row(
        f"meetings:{name}",
        args=a_guest_meeting,
        get=who if get else None,
        post=who if post else None,
        confidential=secret_meeting(),
        **more,
    )


def a_proposal(**options: Any) -> Callable[[User], Sequence[Any]]:
    """A proposal of this year's annual plan."""

    def make(user: User) -> Sequence[Any]:
        from tests.meetings.factories import PlanProposalFactory

        return [PlanProposalFactory(**options).pk]

    return make


def a_member(user: User) -> Sequence[Any]:
    from tests.accounts.factories import CollegeMemberFactory

    return [CollegeMemberFactory().pk]


MEETINGS: list[Row] = [
    row("meetings:agenda", get=TEAM),
    row("meetings:month", args=[2026, 7], get=TEAM),
    row("meetings:week", args=[2026, 27], get=TEAM),
    row("meetings:plan", get=PLANNERS, post=PLANNERS),
    row("meetings:moment", get=PLANNERS, query={"starts_on": "2030-07-01", "start_time": "10:00"}),
    row("meetings:blocked", get=TEAM),
    row("meetings:blocked_add", get={ES, FA}, post={ES, FA}),
    row("meetings:blocked_edit", args=a_blocked_time, get={ES, FA}, post={ES, FA}),
    row("meetings:blocked_end", args=a_blocked_time, post={ES, FA}),
    row("meetings:subscription", get=TEAM, post=TEAM, data={"act": "make"}),
    row("meetings:own_calendar", post=TEAM, data={"address": "https://agenda.example.org/proef.ics"}),
    # Opened by its secret; this one is nobody's.
    row("meetings:feed", args=["x" * 43], get=ALL, open=True, also={404}),
    row("meetings:annual_plan_now", get=TEAM),
    row("meetings:annual_plan", args=this_year, get=TEAM, post={ES, TL}),
    row(
        "meetings:plan_proposal",
        args=a_proposal(),
        get=TEAM,
        post={ES, TL},
        confidential=a_proposal(employer__is_confidential=True),
    ),
    row("meetings:plan_interests", get={ES, TL}),
    row("meetings:plan_interest", args=a_member, get={ES, TL}, post={ES, TL}),
    meeting_row("detail", "planned", TEAM, post=False),
    meeting_row("edit", "planned", PLANNERS),
    meeting_row("plan_draft", "draft", PLANNERS, get=False),
    meeting_row("hold", "planned", PLANNERS),
    meeting_row("attendance", "held", PLANNERS),
    meeting_row("report", "held", PLANNERS),
    meeting_row("report_draft", "held", PLANNERS, get=False),
    meeting_row("report_sign_off", "reported", {AM, TL}, get=False),
    meeting_row("feedback", "reported", PLANNERS),
    meeting_row("briefing", "planned", TEAM, post=False),
    meeting_row("briefing_pdf", "planned", TEAM, post=False),
    meeting_row("briefing_edit", "planned", PLANNERS),
    # For who answers for a member of the college at that table; who may not is told so.
    row(
        "meetings:promise",
        args=own_meeting_over,
        get={CM},
        post={CM},
        confidential=secret_meeting("planned"),
    ),
    meeting_row("close", "reported", PLANNERS, get=False),
    meeting_row("close_and_plan", "reported", PLANNERS, get=False),
    meeting_row("move", "planned", PLANNERS),
    meeting_row("cancel", "planned", PLANNERS),
    meeting_row("back", "held", {ES, TL}),
    row("meetings:afterwards", get=PLANNERS, post=PLANNERS),
    row("meetings:series_list", get=TEAM),
    row("meetings:series", args=["bestuurlijk-overleg"], get=TEAM),
    meeting_row("roles", "planned", PLANNERS),
    meeting_row("renew", "planned", PLANNERS, get=False),
    row(
        "meetings:items",
        args=a_meeting("planned"),
        get=TEAM,
        post=PLANNERS,
        confidential=secret_meeting("planned"),
    ),
    meeting_row("items_pdf", "planned", TEAM, post=False),
    agenda_row("item_edit", an_agenda_item, secret_agenda_item),
    agenda_row("item_move", an_agenda_item, secret_agenda_item, get=False),
    agenda_row("item_remove", an_agenda_item, secret_agenda_item),
    meeting_row("document_add", "planned", PLANNERS),
    agenda_row("document_edit", an_agenda_document, secret_agenda_document),
    agenda_row("document_received", an_agenda_document, secret_agenda_document, get=False),
    agenda_row("document_remove", an_agenda_document, secret_agenda_document, get=False),
    meeting_row("minutes", "held", PLANNERS),
    meeting_row("minutes_adopt", "held", PLANNERS),
    row(
        "meetings:minutes_back",
        args=adopted_minutes,
        post={ES, TL},
        confidential=secret_meeting("held"),
    ),
    row(
        "meetings:table_sheet",
        args=a_table,
        get=TEAM,
        post=PLANNERS,
        confidential=secret_table,
    ),
    row("meetings:table_sheet_pdf", args=a_table, get=TEAM, confidential=secret_table),
    row("meetings:table_sheet_freeze", args=a_table, post=PLANNERS, confidential=secret_table),
    row("meetings:table_sheet_release", args=a_table, post=PLANNERS, confidential=secret_table),
    guest_row("guests", TEAM, post=False),
    guest_row("guests_add", PLANNERS, get=False),
    guest_row("guests_remove", PLANNERS, get=False),
    guest_row("guests_invite", PLANNERS),
    guest_row("guests_ask_again", PLANNERS, get=False),
    guest_row("guest_sheet", TEAM, post=False),
    guest_row("door", PLANNERS),
    guest_row("walk_in", PLANNERS),
    # For who has the link of a mail and no account.
    row("meetings:answer", args=an_answer_link, get=ALL, post=ALL, open=True),
    row("meetings:invitations", get=TEAM),
    row("meetings:invitation_mail", get=PLANNERS, post=PLANNERS),
    row("meetings:invitation_send_again", args=an_invitation, post=PLANNERS, confidential=secret_invitation),
    row("meetings:invitation_ask_again", args=an_invitation, post=PLANNERS, confidential=secret_invitation),
    row("meetings:invitation_add", get=PLANNERS, post=PLANNERS),
    row("meetings:invitation", args=an_invitation, get=TEAM, post=PLANNERS, confidential=secret_invitation),
    row(
        "meetings:invitation_edit",
        args=an_invitation,
        get=PLANNERS,
        post=PLANNERS,
        confidential=secret_invitation,
    ),
    row(
        "meetings:invitation_withdraw",
        args=an_invitation,
        get=PLANNERS,
        post=PLANNERS,
        confidential=secret_invitation,
    ),
]


def left_member(user: User) -> Sequence[Any]:
    """Somebody who left the college."""
    from tests.accounts.factories import CollegeMemberFactory

    return [CollegeMemberFactory(starts_on=dt.date(2018, 1, 1), ends_on=dt.date(2022, 5, 31)).pk]


COLLEGE = [
    row("meetings:college", get={AM, CM, ES, TL}),
    row("meetings:member_sheet", args=left_member, get={AM, CM, ES, TL}),
    row("meetings:member_pdf", args=left_member, get={AM, CM, ES, TL}),
    row("meetings:reassign", get={ES, TL}),
    row("meetings:reassign_member", args=left_member, post={ES, TL}),
    row("meetings:reassign_closed", post={ES, TL}),
]

# ── budget ───────────────────────────────────────────────────────────────────────────────────────


def own_hours(user: User) -> Sequence[Any]:
    from deventer_crm.core import clock
    from tests.budget.factories import TimeEntryFactory

    return [TimeEntryFactory(user=user, day=clock.today()).pk]


def last_month() -> list[int]:
    from deventer_crm.core import clock

    day = clock.today().replace(day=1) - dt.timedelta(days=1)
    return [day.year, day.month]


def a_budget_year(user: User) -> Sequence[Any]:
    from tests.budget.factories import BudgetYearFactory

    return [BudgetYearFactory(year=2026).year]


def a_closed_month(user: User) -> Sequence[Any]:
    from budget.models import MonthClosing

    year, month = last_month()
    MonthClosing.objects.get_or_create(
        month=dt.date(year, month, 1), reopened_on=None, defaults={"closed_on": dt.date(year, month, 1)}
    )
    return [year, month]


def a_colleague(user: User) -> Sequence[Any]:
    from tests.accounts.factories import UserFactory

    return [2026, UserFactory(role=AM).pk]


def an_import(user: User) -> Sequence[Any]:
    """A file of hours that was looked at, of whoever asks."""
    from tests.budget.factories import HoursImportFactory

    return [HoursImportFactory(by=user).pk]


def a_done_import(user: User) -> Sequence[Any]:
    from tests.budget.factories import HoursImportFactory

    return [HoursImportFactory(by=user, state="done").pk]


def import_rows(user: User) -> Sequence[Any]:
    return [*an_import(user), "refused"]


BUDGET: list[Row] = [
    row("budget:this_year", get={AM, ES, TL}),
    row("budget:years", get={AM, ES, TL}),
    row("budget:rates", get={TL}, post={TL}, data={"form": "rate"}),
    row("budget:year", args=[2026], get={AM, ES, TL}),
    row("budget:plan", args=[2026], get={TL}, post={TL}),
    row("budget:copy_plan", args=[2026], post={TL}),
    row("budget:lock", args=a_budget_year, get={TL}, post={TL}),
    row("budget:spending", args=[2026], get={AM, ES, TL}),
    row("budget:year_hours", args=[2026], get={TL}),
    row("budget:year_hours_file", args=[2026], get={TL}),
    row("budget:months", args=[2026], get={TL}),
    row("budget:close_month", args=last_month(), post={TL}),
    row("budget:open_month", args=a_closed_month, get={TL}, post={TL}),
    row("budget:people", args=[2026], get={AM, ES, TL}),
    row("budget:person", args=a_colleague, get={TL}, post={TL}),
    row("budget:month", args=last_month(), get={AM, ES, TL}, post={AM, ES, TL}),
    row("budget:this_week", get={AM, ES, TL}),
    row("budget:week", args=[2026, 10], get={AM, ES, TL}, post={AM, ES, TL}),
    row("budget:own_hours", args=[2026], get={AM, ES, TL}),
    row("budget:own_hours_file", args=[2026], get={AM, ES, TL}),
    row("budget:import_list", get={TL, FA}),
    row("budget:import_upload", get={TL, FA}, post={TL, FA}),
    row("budget:staff_numbers", get={TL, FA}, post={TL, FA}),
    row("budget:import_detail", args=an_import, get={TL, FA}),
    row("budget:import_columns", args=an_import, get={TL, FA}, post={TL, FA}),
    row("budget:import_start", args=an_import, post={TL, FA}),
    row("budget:import_discard", args=an_import, get={TL, FA}, post={TL, FA}),
    row("budget:import_undo", args=a_done_import, get={TL, FA}, post={TL, FA}),
    row("budget:import_refused", args=an_import, get={TL, FA}),
    row("budget:import_rows", args=import_rows, get={TL, FA}),
    row("budget:hours", get={AM, ES, TL}, post={AM, ES, TL}),
    row("budget:remove_hours", args=own_hours, post={AM, ES, TL}),
    row("budget:confirm_month", args=last_month(), post={AM, ES, TL}),
    row("budget:reopen_month", args=last_month(), post={AM, ES, TL}),
]

# ── home ─────────────────────────────────────────────────────────────────────────────────────────


def a_draft_report(user: User) -> Sequence[Any]:
    """The report of this quarter that somebody is writing."""
    from deventer_crm.core import clock
    from deventer_crm.core.models import Quarter
    from tests.accounts.factories import UserFactory
    from tests.home.factories import make_report

    return [make_report(Quarter.of(clock.today()), by=UserFactory(role=TL)).pk]


def a_frozen_report(user: User) -> Sequence[Any]:
    """The report of the quarter before, frozen."""
    from deventer_crm.core import clock
    from deventer_crm.core.models import Quarter
    from tests.accounts.factories import UserFactory
    from tests.home.factories import make_report

    quarter = Quarter.of(clock.today()).previous
    return [make_report(quarter, by=UserFactory(role=TL), freeze=True).pk]


def of_c1(report: Callable[[User], Sequence[Any]]) -> Callable[[User], Sequence[Any]]:
    """What one report says about one commitment."""

    def arguments(user: User) -> Sequence[Any]:
        from deventer_crm.core.models import Commitment

        return [*report(user), Commitment.objects.get(code="C1").pk]

    return arguments


HOME: list[Row] = [
    row("home:week", get=ALL),
    row("home:week_commitments", get=TEAM),
    row("home:monitor", get=TEAM),
    row("home:monitor_evidence", args=["C1"], get=TEAM),
    row("home:council", get=TEAM, query={"afspraak": ["C1", "C6"]}),
    row("home:council_pdf", get=TEAM, query={"afspraak": ["C1", "C6"]}),
    row("home:norm", args=["C2"], get={TL}, post={TL}, data={"value": "2", "reason": "proef"}, also={422}),
    row("home:norm_withdraw", args=coming_norm, post={TL}),
    row("home:reports", get=TEAM),
    row("home:reports_compare", get=TEAM),
    row("home:report_begin", post={TL}),
    row("home:report", args=a_frozen_report, get=TEAM),
    row("home:report_pdf", args=a_frozen_report, get=TEAM),
    row("home:report_public", args=a_frozen_report, get=TEAM),
    row("home:report_figures", args=a_frozen_report, get=TEAM),
    row("home:report_evidence", args=of_c1(a_frozen_report), get=TEAM),
    row("home:report_text", args=of_c1(a_draft_report), get={TL}, post={TL}),
    row("home:report_freeze", args=a_draft_report, get={TL}, post={TL}),
    row("home:report_publish", args=a_frozen_report, get={TL}, post={TL}),
    row("home:report_correct", args=a_frozen_report, get={TL}, post={TL}),
    row("home:report_drop", args=a_draft_report, get={TL}, post={TL}),
    row("home:search", get=ALL, query={"q": "zilver"}),
    row("home:reminders", get=ALL),
    row("home:snooze", args=own_reminder, post=ALL, data={"until": "2020-01-01"}),
    row("home:wake", args=own_reminder, post=ALL),
    row("home:reminder_give", args=own_reminder, get=ALL, post=ALL),
    row("home:reminder_take_back", args=given_reminder, post=ALL),
    row("home:reminder_choices", get=ALL, post=ALL),
]

ROWS: list[Row] = [
    *CORE,
    *ACCOUNTS,
    *LISTS,
    *SHEETS,
    *EMPLOYERS,
    *PORTFOLIOS,
    *IMPORT,
    *TOP_LIST,
    *MEETINGS,
    *COLLEGE,
    *BUDGET,
    *HOME,
]

# ── the admin: who sees, adds and changes rows of a model (R9); deleting is for rows that have not begun ──

NOT = NOBODY
ADMIN_SITE = frozenset({TL, FA})

#: model → (see, add, change)
ADMIN: dict[str, tuple[frozenset[Role], frozenset[Role], frozenset[Role]]] = {
    "accounts.User": (frozenset({FA}),) * 3,
    "accounts.CollegeMember": (frozenset({FA}),) * 3,
    "accounts.BlockedTime": (frozenset({FA}),) * 3,
    "meetings.BusyAddress": (frozenset({FA}),) * 3,
    "accounts.Mandate": (frozenset({FA}), NOT, NOT),
    "core.PolicySetting": (ADMIN_SITE, ADMIN_SITE, ADMIN_SITE),
    "core.PolicyDocument": (ADMIN_SITE, frozenset({TL}), frozenset({TL})),
    "core.Commitment": (ADMIN_SITE, frozenset({TL}), frozenset({TL})),
    "core.CommitmentNorm": (ADMIN_SITE, NOT, frozenset({TL})),
    **{
        f"employers.{name}": (frozenset({FA}),) * 3
        for name in ("Sector", "Area", "Track", "CityProfile", "Theme", "Portfolio")
    },
    "meetings.Series": (frozenset({FA}),) * 3,
    "meetings.MeetingKind": (frozenset({FA}),) * 3,
    "meetings.MailTemplate": (ADMIN_SITE,) * 3,
    "employers.SbiCode": (frozenset({FA}), NOT, NOT),
    **{
        name: (frozenset({FA}), NOT, NOT)
        for name in (
            "core.TrailEvent",
            "core.AccessEvent",
            "core.JobRun",
            "core.Heartbeat",
            "core.Reminder",
            "core.Digest",
            "core.OutgoingMail",
            "employers.Employer",
            "employers.Establishment",
            "employers.ContactPerson",
            "employers.ContactMoment",
            "employers.TopList",
            "employers.RegisterDelivery",
            "employers.ChangeProposal",
            "meetings.Meeting",
            "meetings.Invitation",
            "meetings.Guest",
            "budget.BudgetYear",
            "budget.TimeEntry",
        )
    },
}
