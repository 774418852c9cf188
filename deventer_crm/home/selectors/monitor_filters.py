"""What a reader may narrow the monitor to: state, who keeps it, how strong it is. All of it lives in the
address, so that a page can be kept and passed on; the day travels along."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from deventer_crm.core.commitments import State
from deventer_crm.core.models import Commitment

from .monitor import Monitor, Row, StateCount

#: Stands in the address for a wish that was not kept, which is no "missed" (R6).
NOT_KEPT = "not_kept"


@dataclass(frozen=True)
class Chip:
    """A filter that is on, and the page without it."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True)
class Choice:
    """What a reader asked; a value that does not exist is as if it was not asked."""

    state: str = ""
    owner: str = ""
    strength: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> "Choice":
        state, owner, strength = (asked.get(name, "") for name in ("staat", "eigenaar", "sterkte"))
        return cls(
            state if state in {*State.values, NOT_KEPT} else "",
            owner if owner in Commitment.Owner.values else "",
            strength if strength in Commitment.Strength.values else "",
        )

    def keeps(self, row: Row) -> bool:
        """Whether this row is asked for."""
        agreed = row.commitment
        return (
            self.state in {"", state_code(row)}
            and self.owner in {"", agreed.owner}
            and self.strength in {"", agreed.strength}
        )

    @property
    def is_empty(self) -> bool:
        return self == Choice()

    def query(self, as_of: dt.date, today: dt.date) -> str:
        """The address of the monitor with this choice, as of that day."""
        values = {
            "datum": "" if as_of == today else as_of.isoformat(),
            "staat": self.state,
            "eigenaar": self.owner,
            "sterkte": self.strength,
        }
        return "?" + urlencode({name: value for name, value in values.items() if value})


def state_code(row: Row) -> str:
    """The state of a row as the address says it."""
    return NOT_KEPT if row.is_unkept else row.state


def chips(choice: Choice, as_of: dt.date, today: dt.date) -> list[Chip]:
    """The filters that are on, each with the page without it."""
    names = {**dict(State.choices), NOT_KEPT: _("not kept")}
    found = (
        ("state", _("State"), names.get(choice.state)),
        ("owner", _("Who keeps it"), dict(Commitment.Owner.choices).get(choice.owner)),
        ("strength", _("How firm"), dict(Commitment.Strength.choices).get(choice.strength)),
    )
    return [
        Chip(label, str(value), replace(choice, **{name: ""}).query(as_of, today))
        for name, label, value in found
        if value
    ]


def narrowed(board: Monitor, choice: Choice, today: dt.date) -> Monitor:
    """The rows that were asked for. The counts on top stay those of all commitments, and each is a way in;
    one that is on leads back."""

    def way(count: StateCount) -> StateCount:
        code = NOT_KEPT if count.is_wish else count.state
        chosen = choice.state == code
        asked = replace(choice, state="" if chosen else code)
        return replace(count, url=asked.query(board.as_of, today), is_chosen=chosen)

    rows = [row for row in board.rows if choice.keeps(row)]
    return replace(board, rows=rows, counts=[way(count) for count in board.counts])
