"""Roles and acts (R9). The table below is the start; an administrator may give a single person a single act
in the admin (view_confidential, for instance). Groups and permissions follow it by an idempotent sync."""

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """The code is the name of the group."""

    ACCOUNT_MANAGER = "AM"
    COLLEGE_MEMBER = "CM"
    SECRETARY = "ES"
    TEAM_LEAD = "TL"
    EMPLOYER_DESK = "ED"
    READER = "RD"
    FUNCTIONAL_ADMIN = "FA"


ROLE_LABELS = {
    Role.ACCOUNT_MANAGER: _("account manager"),
    Role.COLLEGE_MEMBER: _("college member"),
    Role.SECRETARY: _("executive secretary"),
    Role.TEAM_LEAD: _("team lead"),
    Role.EMPLOYER_DESK: _("employer desk"),
    Role.READER: _("reader"),
    Role.FUNCTIONAL_ADMIN: _("functional admin"),
}


class Act(StrEnum):
    """What somebody may do; the value is the codename of the permission on accounts.User."""

    SEE_HEADERS = "see_headers"
    SEE_DOSSIERS = "see_dossiers"
    SEE_CONTACT_DATES = "see_contact_dates"
    SEE_AGENDA = "see_agenda"
    SEE_MONITOR = "see_monitor"
    LOG_CONTACT = "log_contact"
    LOG_NOTE = "log_note"
    SEE_FOLLOW_UPS = "see_follow_ups"
    ADD_FOLLOW_UP = "add_follow_up"
    GIVE_FOLLOW_UP = "give_follow_up"
    KEEP_FOLLOW_UPS = "keep_follow_ups"
    EDIT_EMPLOYER = "edit_employer"
    EDIT_PERSON = "edit_person"
    ERASE_PERSON = "erase_person"
    SEE_PORTFOLIOS = "see_portfolios"
    KEEP_PORTFOLIOS = "keep_portfolios"
    PLAN_MEETING = "plan_meeting"
    REPORT_MEETING = "report_meeting"
    STEP_BACK_MEETING = "step_back_meeting"
    KEEP_ANNUAL_PLAN = "keep_annual_plan"
    ACT_FOR_COLLEGE = "act_for_college"
    REASSIGN_COLLEGE = "reassign_college"
    SEE_COLLEGE = "see_college"
    SEE_OWN_DIVISION = "see_own_division"
    SEE_DIVISION = "see_division"
    FREEZE = "freeze"
    CHANGE_NORMS = "change_norms"
    PLAN_BUDGET = "plan_budget"
    SEE_BUDGET = "see_budget"
    BOOK_HOURS = "book_hours"
    SEE_ALL_HOURS = "see_all_hours"
    IMPORT_REGISTER = "import_register"
    IMPORT_SHEET = "import_sheet"
    IMPORT_HOURS = "import_hours"
    MANAGE_USERS = "manage_users"
    MANAGE_REFERENCE = "manage_reference"
    MANAGE_SETTINGS = "manage_settings"
    VIEW_EXACT_JOBS = "view_exact_jobs"
    VIEW_CONFIDENTIAL = "view_confidential"


ACT_LABELS = {
    Act.SEE_HEADERS: _("See the header of employers"),
    Act.SEE_DOSSIERS: _("See whole dossiers"),
    Act.SEE_CONTACT_DATES: _("See that and when others have contact"),
    Act.SEE_AGENDA: _("See the agenda"),
    Act.SEE_MONITOR: _("See the monitor"),
    Act.LOG_CONTACT: _("Log contact moments"),
    Act.LOG_NOTE: _("Log notes"),
    Act.SEE_FOLLOW_UPS: _("See promises and actions"),
    Act.ADD_FOLLOW_UP: _("Add promises and actions"),
    Act.GIVE_FOLLOW_UP: _("Give promises and actions to a colleague"),
    Act.KEEP_FOLLOW_UPS: _("Confirm and settle promises and actions of everybody"),
    Act.EDIT_EMPLOYER: _("Add and edit employers"),
    Act.EDIT_PERSON: _("Add and edit contact persons"),
    Act.ERASE_PERSON: _("Anonymise contact persons"),
    Act.SEE_PORTFOLIOS: _("See portfolios and hand-overs"),
    Act.KEEP_PORTFOLIOS: _("Keep portfolios, hand over and arrange cover"),
    Act.PLAN_MEETING: _("Plan meetings and invite"),
    Act.REPORT_MEETING: _("Hold and report meetings"),
    Act.STEP_BACK_MEETING: _("Take a meeting a step back"),
    Act.KEEP_ANNUAL_PLAN: _("Make and change the annual plan of the college"),
    Act.ACT_FOR_COLLEGE: _("Act for a college member"),
    Act.REASSIGN_COLLEGE: _("Give what a college member left behind to another"),
    Act.SEE_COLLEGE: _("See the college dashboard"),
    Act.SEE_OWN_DIVISION: _("See own and total visits"),
    Act.SEE_DIVISION: _("See the division of visits over the college"),
    Act.FREEZE: _("Freeze lists and reports"),
    Act.CHANGE_NORMS: _("Change norms"),
    Act.PLAN_BUDGET: _("Plan the budget"),
    Act.SEE_BUDGET: _("See the budget"),
    Act.BOOK_HOURS: _("Book own hours"),
    Act.SEE_ALL_HOURS: _("See all hours"),
    Act.IMPORT_REGISTER: _("Import the register"),
    Act.IMPORT_SHEET: _("Import lists of organisations and people"),
    Act.IMPORT_HOURS: _("Import hours"),
    Act.MANAGE_USERS: _("Manage users"),
    Act.MANAGE_REFERENCE: _("Manage reference data"),
    Act.MANAGE_SETTINGS: _("Manage policy settings"),
    Act.VIEW_EXACT_JOBS: _("See exact numbers of jobs"),
    Act.VIEW_CONFIDENTIAL: _("See all confidential records"),
}

_AM, _CM, _ES, _TL, _ED, _RD, _FA = Role

GRANTS: dict[Act, frozenset[Role]] = {
    Act.SEE_HEADERS: frozenset(Role),
    Act.SEE_DOSSIERS: frozenset({_AM, _CM, _ES, _TL, _FA}),
    Act.SEE_CONTACT_DATES: frozenset({_AM, _CM, _ES, _TL, _ED, _FA}),
    Act.SEE_AGENDA: frozenset({_AM, _CM, _ES, _TL, _FA}),
    Act.SEE_MONITOR: frozenset({_AM, _CM, _ES, _TL, _FA}),
    Act.LOG_CONTACT: frozenset({_AM, _TL, _ED, _FA}),
    Act.LOG_NOTE: frozenset({_AM, _CM, _TL, _ED, _FA}),
    # R9 "log contact", told apart: the desk has its own agreements, a college member promises, the secretary
    # adds and gives as with plans. Who owns one may always settle it (employers.permissions_followups).
    Act.SEE_FOLLOW_UPS: frozenset({_AM, _CM, _ES, _TL, _ED, _FA}),
    Act.ADD_FOLLOW_UP: frozenset({_AM, _CM, _ES, _TL, _ED, _FA}),
    Act.GIVE_FOLLOW_UP: frozenset({_AM, _ES, _TL, _FA}),
    Act.KEEP_FOLLOW_UPS: frozenset({_AM, _TL, _FA}),
    Act.EDIT_EMPLOYER: frozenset({_AM, _TL, _FA}),
    Act.EDIT_PERSON: frozenset({_AM, _ES, _TL, _FA}),
    Act.ERASE_PERSON: frozenset({_FA}),
    # Who divides the work also moves it (the lead hands a portfolio over).
    Act.SEE_PORTFOLIOS: frozenset({_AM, _ES, _TL, _FA}),
    Act.KEEP_PORTFOLIOS: frozenset({_TL}),
    Act.PLAN_MEETING: frozenset({_AM, _ES, _TL}),
    Act.REPORT_MEETING: frozenset({_AM, _ES, _TL}),
    Act.STEP_BACK_MEETING: frozenset({_ES, _TL}),
    # The secretary plans the year; the lead does it where there is none.
    Act.KEEP_ANNUAL_PLAN: frozenset({_ES, _TL}),
    Act.ACT_FOR_COLLEGE: frozenset({_ES}),
    # Who acts for the college, and who divides the work.
    Act.REASSIGN_COLLEGE: frozenset({_ES, _TL}),
    Act.SEE_COLLEGE: frozenset({_AM, _CM, _ES, _TL}),
    Act.SEE_OWN_DIVISION: frozenset({_CM, _ES, _TL}),
    Act.SEE_DIVISION: frozenset({_ES, _TL}),
    Act.FREEZE: frozenset({_TL}),
    Act.CHANGE_NORMS: frozenset({_TL}),
    Act.PLAN_BUDGET: frozenset({_TL}),
    Act.SEE_BUDGET: frozenset({_AM, _ES, _TL}),
    Act.BOOK_HOURS: frozenset({_AM, _ES, _TL}),
    Act.SEE_ALL_HOURS: frozenset({_TL}),
    Act.IMPORT_REGISTER: frozenset({_FA}),
    # Not the account manager: one file can change the dossiers of everybody.
    Act.IMPORT_SHEET: frozenset({_TL, _FA}),
    Act.IMPORT_HOURS: frozenset({_TL, _FA}),
    Act.MANAGE_USERS: frozenset({_FA}),
    Act.MANAGE_REFERENCE: frozenset({_FA}),
    Act.MANAGE_SETTINGS: frozenset({_TL, _FA}),
    Act.VIEW_EXACT_JOBS: frozenset({_AM, _CM, _ES, _TL, _FA}),
    Act.VIEW_CONFIDENTIAL: frozenset({_TL}),
}


def sync_roles() -> None:
    """Make groups and their acts equal to GRANTS; touches no other group and no single person's acts."""
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType

    from accounts.models import User

    content_type = ContentType.objects.get_for_model(User)
    acts = {}
    for act in Act:
        # The stored name is English; screens show ACT_LABELS.
        acts[act], _made = Permission.objects.get_or_create(
            content_type=content_type, codename=act.value, defaults={"name": act.value.replace("_", " ")}
        )
    for role in Role:
        group, _made = Group.objects.get_or_create(name=role.value)
        group.permissions.set([acts[act] for act, roles in GRANTS.items() if role in roles])


def sync_roles_after_migrate(**kwargs: Any) -> None:
    """post_migrate: roles must survive a flush, so they are synced, not migrated."""
    sync_roles()
