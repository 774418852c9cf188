"""Lists: declared once, read by page, file, saved views, quick counts and bulk acts."""

from .definition import (
    LISTS,
    Act,
    Choices,
    Column,
    Done,
    Filter,
    Key,
    ListDefinition,
    Offered,
    Quick,
    Reader,
    Sort,
    Undone,
    Words,
    register,
    register_act,
)

__all__ = [
    "LISTS",
    "Act",
    "Choices",
    "Column",
    "Done",
    "Filter",
    "Key",
    "ListDefinition",
    "Offered",
    "Quick",
    "Reader",
    "Sort",
    "Undone",
    "Words",
    "register",
    "register_act",
]
