"""Writes of employers, their people and what was said with them."""

from employers.activity import refresh_last_contact

from .contact import (
    allowed_kinds,
    contact_changed,
    default_audience,
    log_contact,
    may_change,
)
from .employers import (
    add_employer,
    assign_account_manager,
    make_readers,
    retire_employer,
    reuse_employer,
    settle_employer,
)
from .followup_succession import move_follow_ups
from .followups import (
    add_follow_up,
    confirm_follow_up,
    drop_follow_up,
    edit_follow_up,
    fulfil_follow_up,
    reassign_follow_up,
    reopen_follow_up,
    report_back,
)
from .grouping import group_employers, ungroup_employers
from .people import add_person, change_job, end_position, make_way, position_changed, save_position
from .refresh import refresh_employers
from .withdrawing import withdraw_contact

__all__ = [
    "add_employer",
    "add_follow_up",
    "add_person",
    "allowed_kinds",
    "assign_account_manager",
    "change_job",
    "confirm_follow_up",
    "contact_changed",
    "default_audience",
    "drop_follow_up",
    "edit_follow_up",
    "end_position",
    "fulfil_follow_up",
    "group_employers",
    "log_contact",
    "make_readers",
    "make_way",
    "may_change",
    "move_follow_ups",
    "position_changed",
    "reassign_follow_up",
    "refresh_employers",
    "refresh_last_contact",
    "reopen_follow_up",
    "report_back",
    "retire_employer",
    "reuse_employer",
    "save_position",
    "settle_employer",
    "ungroup_employers",
    "withdraw_contact",
]
