"""Folded templates render what Django's own loader renders."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import models
from django.template import Context, Template, TemplateSyntaxError, engines
from django.template.base import Node
from django.test import Client, override_settings
from django.urls import reverse, set_script_prefix
from django.utils import translation
from django.utils.safestring import mark_safe

from accounts.models import User
from deventer_crm.core.folding import Fixed, Loader

FOLDERS = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = sorted(
    str(path.relative_to(settings.BASE_DIR / "templates"))
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
)


def engine() -> Any:
    return engines["django"].engine  # type: ignore[attr-defined]


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Calling it takes folding away."""
    loader = ("django.template.loaders.cached.Loader", FOLDERS)
    loaders = engine().get_template_loaders([("template_partials.loader.Loader", [loader])])

    def take_away() -> None:
        monkeypatch.setitem(engine().__dict__, "template_loaders", loaders)

    return take_away


def folded(name: str) -> Any:
    engine().get_template(name)  # so that loaders are there
    return engine().get_template(name)


def from_text(tmp_path: Path, text: str) -> Any:
    (tmp_path / "probe.html").write_text(text)
    loader = Loader(engine(), [("django.template.loaders.filesystem.Loader", [str(tmp_path)])])
    return loader.get_template("probe.html")


def parts(template: Any) -> list[str]:
    return [type(node).__name__ for node in template.nodelist]


TEXT = (
    "a{# no #}{% icon 'search' %}{% translate 'Name' %}{% url 'home:search' %}{% static 'css/theme.css' %}"
    "{% comment %}x{% endcomment %}{% blocktranslate %}Name{% endblocktranslate %}{% include"
    " 'components/mark.html' only %}b"
)


def test_what_never_changes_is_one_part(tmp_path: Path) -> None:
    assert parts(from_text(tmp_path, TEXT)) == ["Fixed"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ x }}",
        "{% translate x %}",
        "{% translate 'Name' as y %}",
        "{% blocktranslate %}Name {{ x }}{% endblocktranslate %}",
        "{% url 'employers:detail' x %}",
        "{% url 'home:search' as y %}",
        "{% icon x %}",
        "{% icon 'search' as y %}",
        "{% static x %}",
        "{% now 'H:i:s' %}",
        "{% csrf_token %}",
        "{% include 'components/mark.html' %}",
        "{{ 'a'|upper }}",
        "{% due_badge x %}",
    ],
)
def test_what_may_change_is_left_alone(tmp_path: Path, text: str) -> None:
    assert "Fixed" not in parts(from_text(tmp_path, text))


def test_a_rendering_is_in_one_language(tmp_path: Path) -> None:
    with pytest.raises(TemplateSyntaxError):
        from_text(tmp_path, "{% load i18n %}{% language 'en' %}x{% endlanguage %}")


def test_each_language_prefix_and_way_of_escaping_has_its_text(tmp_path: Path) -> None:
    template = from_text(tmp_path, "{% translate 'Search everything' %}&{{ '<' }}{% url 'home:search' %}")
    seen = set()
    for _round in range(2):
        for language in ("nl", "en"):
            for autoescape in (True, False):
                with translation.override(language):
                    text = template.render(Context({}, autoescape=autoescape))
                    assert translation.gettext("Search everything") in text
                    seen.add(text)
    assert len(seen) == 2
    set_script_prefix("/crm/")
    try:
        assert "/crm/zoeken/" in template.render(Context({}))
    finally:
        set_script_prefix("/")
    assert "/crm/" not in template.render(Context({}))


class Odd:
    """What templates meet: attributes, methods, things that go wrong."""

    plain, number, safe, none = "<a>", 1234, mark_safe("<b>"), None

    def __init__(self) -> None:
        self.inner = {"key": "<c>", "list": ["x", "y"], "deep": {"er": self}}

    def method(self) -> str:
        return "<called>"

    def wants(self, something: str) -> str:
        return something

    @property
    def wrong(self) -> str:
        raise ValueError("wrong")

    @property
    def gone(self) -> str:
        raise User.DoesNotExist

    def deletes(self) -> str:
        raise AssertionError

    deletes.alters_data = True  # type: ignore[attr-defined]


class Called:
    def __call__(self) -> Odd:
        return Odd()


class Uncalled(Called):
    do_not_call_in_templates = True
    name = "<not called>"


LOOKUPS = [
    "odd.plain", "odd.number", "odd.safe", "odd.none", "odd.inner.key", "odd.inner.list.1",
    "odd.inner.list.9", "odd.inner.deep.er.plain", "odd.method", "odd.method.title", "odd.wants",
    "odd.wrong", "odd.gone", "odd.deletes", "odd.nothing", "nothing", "nothing.at.all",
    "odd.inner.nothing", "called", "called.plain", "uncalled.name", "text", "text.upper", "text.0",
    "day", "moment", "many", "many.0.plain", "many.length", "odd.plain|upper",
    "nothing|default:odd.plain", "day|date:form", "odd.inner.items", "True", "None", "kind.GOOD",
    "kind",
]  # fmt: skip


class Choice(models.TextChoices):
    GOOD = "good", "<Good>"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("autoescape", [True, False])
@pytest.mark.parametrize("lookup", LOOKUPS)
@pytest.mark.parametrize(
    "text",
    [
        "{{ X }}",
        "{% if X %}yes{% else %}no{% endif %}",
        "{% if X == 'x' or not X and X != 3 %}yes{% endif %}",
        "{% for a in X %}{{ a }}{% empty %}none{% endfor %}",
        "{% with b=X %}{{ b }}{% endwith %}",
        "{% firstof X 'other' %}",
    ],
)
def test_what_is_looked_up_is_what_django_finds(
    tmp_path: Path, text: str, lookup: str, autoescape: bool, language: str
) -> None:
    source = text.replace("X", lookup)
    values = {
        "odd": Odd(),
        "called": Called(),
        "uncalled": Uncalled(),
        "text": "<d>",
        "form": "j F",
        "day": dt.date(2026, 11, 23),
        "moment": dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC),
        "many": [Odd()],
        "kind": Choice,
    }

    def rendered(template: Any) -> str:
        try:
            context = Context(values, autoescape=autoescape)
            text = template.render(context)
        except Exception as error:
            return repr(error)
        return re.sub(r" at 0x[0-9a-f]+", "", text)

    with translation.override(language):
        assert rendered(from_text(tmp_path, source)) == rendered(Template(source))


def test_a_setting_that_changes_is_seen(tmp_path: Path) -> None:
    template = from_text(tmp_path, "{% url 'home:search' %}")
    before = template.render(Context())
    with override_settings(ROOT_URLCONF="tests.home.gallery_urls"):
        assert template.render(Context()) == reverse("home:search")
    assert template.render(Context()) == before


def test_every_template_is_folded() -> None:
    """All of them can be read, and at least one part of most was put together."""

    def count(nodes: list[Node]) -> int:
        found = 0
        for node in nodes:
            found += isinstance(node, Fixed)
            for name in node.child_nodelists:
                found += count(getattr(node, name, None) or [])
        return found

    assert sum(count(folded(name).nodelist) > 0 for name in TEMPLATES) > len(TEMPLATES) / 2


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_are_the_same_to_the_letter(
    tl: User, client_as: Callable[[User], Client], plain: Callable[[], None], language: str
) -> None:
    client = client_as(tl)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    names = [
        "home:week",
        "home:monitor",
        "home:reminders",
        "meetings:agenda",
        "employers:list",
        "home:search",
    ]

    def page(name: str) -> str:
        answer = client.get(reverse(name))
        assert answer.status_code == 200
        return answer.content.decode()

    pages = {name: page(name) for name in names}
    plain()
    for name in names:
        again = page(name)
        assert _without_tokens(again) == _without_tokens(pages[name])


def _without_tokens(html: str) -> str:
    return re.sub(r'[A-Za-z0-9]{64}|name="once" value="[^"]*"', "", html)
