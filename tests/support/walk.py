"""What the walks over all addresses share: which names a view asks for, and a form filled in as a person
would."""

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from unittest import mock

from django.http import HttpResponse, QueryDict

from accounts.models import User
from accounts.roles import Role
from tests.accounts.factories import UserFactory
from tests.permission_matrix import FA, TL, Row


def asker(row: Row, method: str = "get") -> User:
    """Somebody who is let in: the lead when possible, for the lead sees most."""
    allowed = (row.get if method == "get" else row.post) or frozenset()
    role: Role = next((role for role in (TL, FA) if role in allowed), min(allowed, default=TL))
    return UserFactory(role=role, password="een-lang-wachtwoord")


@contextmanager
def names_asked() -> Iterator[set[str]]:
    """The parameters that views and forms read from an address or a sent form."""
    names: set[str] = set()
    parsing = 0
    fill = QueryDict.setlistdefault

    def unseen(self: QueryDict, *args: Any) -> Any:
        """Django asks for each name itself while it takes an address apart; that is nobody's interest."""
        nonlocal parsing
        parsing += 1
        try:
            return fill(self, *args)
        finally:
            parsing -= 1

    def spying(method: str) -> Any:
        real = getattr(QueryDict, method)

        def spy(self: QueryDict, name: Any, *args: Any, **options: Any) -> Any:
            if isinstance(name, str) and not parsing:
                names.add(name)
            return real(self, name, *args, **options)

        return mock.patch.object(QueryDict, method, spy)

    with (
        mock.patch.object(QueryDict, "setlistdefault", unseen),
        spying("get"),
        spying("getlist"),
        spying("__getitem__"),
        spying("__contains__"),
    ):
        yield names


def looks_at_htmx(plain: Any, part: Any) -> bool:
    """Whether the page answers htmx with something else."""
    return [each.name for each in plain.templates] != [each.name for each in part.templates] or (
        plain.status_code != part.status_code
    )


class _Forms(HTMLParser):
    """The forms of a page with the values a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self.values: dict[str, list[str]] | None = None
        self.select: tuple[str, list[tuple[str, bool]]] | None = None
        self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self.values = {}
            if given.get("method", "").lower() == "post":
                self.forms.append((given.get("action", ""), self.values))
        elif self.values is None:
            return
        elif tag == "select":
            self.select = (name, [])
        elif tag == "option" and self.select:
            self.select[1].append((given.get("value", ""), "selected" in given))
        elif tag == "textarea" and name:
            self.values[name] = ["Proeftekst"]
        elif tag == "input" and name:
            self._input(name, given)

    def _input(self, name: str, given: dict[str, str]) -> None:
        assert self.values is not None
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind in {"checkbox", "radio"}:
            present = self.values.setdefault(name, [])
            if "checked" in given or (kind == "checkbox" and not present):
                self.values[name] = [*present, value or "on"] if kind == "checkbox" else [value]
        elif kind not in {"submit", "file", "button"}:
            likely = {"date": "2026-06-01", "time": "10:00", "number": "1", "email": "proef@example.org"}
            self.values[name] = [value or ("" if kind == "hidden" else likely.get(kind, "Proef"))]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.values = None
        elif tag == "select" and self.select and self.values is not None:
            name, options = self.select
            chosen = [value for value, is_chosen in options if is_chosen and value]
            self.values[name] = chosen or [value for value, _chosen in options if value][:1]
            self.select = None


def forms_of(response: HttpResponse) -> list[tuple[str, dict[str, list[str]]]]:
    """(action, filled-in values) of every form of a page that is sent by POST."""
    parser = _Forms()
    parser.feed(response.content.decode())
    return parser.forms
