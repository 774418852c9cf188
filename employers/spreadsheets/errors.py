"""Refusals of a whole file, and remarks on one cell."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from .texts import sentence


class RefusedFile(Exception):
    """The file as a whole is not taken (R11). `code` is stable, `message` is for people."""

    def __init__(
        self, code: str, *, row: int | None = None, column: str | None = None, **params: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.row = row
        self.column = column
        self.params = params

    @property
    def message(self) -> str:
        """The sentence, in the language active now."""
        return sentence(self.code, {"row": self.row, "column": self.column, **self.params})

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said about one cell: a repair, a doubt or the reason of a refusal.

    `column` is the spreadsheet letter, or None when the field has no column in this file.
    """

    code: str
    field: str
    column: str | None = None
    params: dict[str, Any] = dataclass_field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For a staged row; `sentence(code, params)` makes the text again."""
        return {"code": self.code, "field": self.field, "column": self.column, "params": self.params}
