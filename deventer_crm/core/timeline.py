"""A line of a timeline, as every app gives it; employers.activity writes and reads them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Happening:
    """One line: when, what, by whom. `kind` is the code people filter by; `title` is bold, `text` follows it,
    `detail` is the small second line, `icon` the name of a vendored icon, `badge` a tone and a word.
    `is_contact`: somebody of us really spoke with them. `of`: of which employer it is, when that is not the
    one whose page it is."""

    at: dt.datetime
    kind: str
    title: Any
    text: str = ""
    detail: str = ""
    url: str = ""
    icon: str = ""
    badge: tuple[str, Any] | None = None
    record: Any = None
    is_contact: bool = False
    of: str = ""
