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


def own_reminder(user: User) -> list[int]:
    """A reminder of whoever asks; nobody else's has an address."""
    from tests.home.factories import ReminderFactory

    return [ReminderFactory(recipient=user).pk]


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


def position(user: User) -> Sequence[Any]:
    from tests.employers.factories import PositionFactory

    return [PositionFactory().pk]


def secret_position(user: User) -> Sequence[Any]:
    from tests.employers.factories import PositionFactory

    return [PositionFactory(employer__is_confidential=True).pk]


def edit_row(name: str, *, get: Iterable[Role] | None = EDITORS) -> Row:
    return row(f"employers:{name}", args=employer, get=get, post=EDITORS, confidential=secret_employer)


EMPLOYERS: list[Row] = [
    row("employers:list", get=ALL),
    row("employers:add", get=EDITORS, post=EDITORS),
    row("employers:detail", args=employer, get=ALL, confidential=secret_employer),
    *(edit_row(name) for name in ("edit", "manager", "group", "retire")),
    edit_row("reuse", get=None),
    row("employers:ungroup", args=grouping, post=EDITORS),
    row("employers:contact_add", args=employer, post=LOGGERS, confidential=secret_employer),
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
    row("employers:people", get=TEAM),
    row("employers:person", args=person, get=TEAM, confidential=secret_person),
    row("employers:person_add", get=PEOPLE_EDITORS, post=PEOPLE_EDITORS),
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

TOP_LIST = [
    row("employers:top_this_year", get=TEAM),
    row("employers:top", args=this_year, get=TEAM),
    row("employers:top_freeze", args=this_year, get={TL}, post={TL}),
    row("employers:top_adjust", args=this_year, get={TL}, post={TL}),
    row("employers:top_withdraw", args=adjustment, post={TL}),
]

# ── meetings ─────────────────────────────────────────────────────────────────────────────────────

MEETINGS: list[Row] = []

COLLEGE = [row("meetings:college", get={AM, CM, ES, TL})]

# ── budget ───────────────────────────────────────────────────────────────────────────────────────

BUDGET: list[Row] = []

# ── home ─────────────────────────────────────────────────────────────────────────────────────────

HOME: list[Row] = [
    row("home:week", get=ALL),
    row("home:monitor", get=TEAM),
    row("home:monitor_evidence", args=["C1"], get=TEAM),
    row("home:reminders", get=ALL),
    row("home:snooze", args=own_reminder, post=ALL, data={"until": "2020-01-01"}),
    row("home:wake", args=own_reminder, post=ALL),
]

ROWS: list[Row] = [*CORE, *ACCOUNTS, *EMPLOYERS, *TOP_LIST, *MEETINGS, *COLLEGE, *BUDGET, *HOME]

# ── the admin: who sees, adds and changes rows of a model (R9); deleting is for rows that have not begun ──

NOT = NOBODY
ADMIN_SITE = frozenset({TL, FA})

#: model → (see, add, change)
ADMIN: dict[str, tuple[frozenset[Role], frozenset[Role], frozenset[Role]]] = {
    "accounts.User": (frozenset({FA}),) * 3,
    "accounts.CollegeMember": (frozenset({FA}),) * 3,
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
            "employers.Employer",
            "employers.Establishment",
            "employers.ContactPerson",
            "employers.ContactMoment",
            "employers.TopList",
            "employers.RegisterDelivery",
            "employers.ChangeProposal",
            "meetings.Meeting",
            "meetings.Invitation",
            "budget.BudgetYear",
            "budget.TimeEntry",
        )
    },
}
