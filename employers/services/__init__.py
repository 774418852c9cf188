"""Writes of employers, their people and what was said with them."""

from .contact import (
    allowed_kinds,
    contact_changed,
    default_audience,
    log_contact,
    may_change,
    withdraw_contact,
)
from .employers import (
    add_employer,
    assign_account_manager,
    make_readers,
    retire_employer,
    reuse_employer,
    settle_employer,
)
from .grouping import group_employers, ungroup_employers
from .people import add_person, change_job, end_position, make_way, save_position
from .refresh import contact_source, refresh_employers, refresh_last_contact

__all__ = [
    "add_employer",
    "add_person",
    "allowed_kinds",
    "assign_account_manager",
    "change_job",
    "contact_changed",
    "contact_source",
    "default_audience",
    "end_position",
    "group_employers",
    "log_contact",
    "make_readers",
    "make_way",
    "may_change",
    "refresh_employers",
    "refresh_last_contact",
    "retire_employer",
    "reuse_employer",
    "save_position",
    "settle_employer",
    "ungroup_employers",
    "withdraw_contact",
]
