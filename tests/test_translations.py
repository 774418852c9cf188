"""Dutch is complete: every text in code and templates has a translation, none is doubtful, and the compiled
file that is committed says the same. Needs no gettext: polib reads both files."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation import trim_whitespace

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "deventer_crm" / "locale" / "nl" / "LC_MESSAGES"
ROOMS = ("deventer_crm", "accounts", "employers", "meetings", "budget")
PLAIN = {"gettext", "gettext_lazy", "gettext_noop", "_"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}

#: (context, text)
Key = tuple[str | None, str]


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(FOLDER / "django.po"))


# ── what is asked for ────────────────────────────────────────────────────────────────────────────


def aliases(tree: ast.Module) -> dict[str, str]:
    """Local names of translation functions: `gettext_lazy as _`."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            found |= {alias.asname or alias.name: alias.name for alias in node.names}
    return found


def texts_in_code(source: str) -> Iterator[Key]:
    tree = ast.parse(source)
    names = aliases(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        function = names.get(node.func.id)
        if function is None:
            continue
        values = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        if function in PLAIN | PLURAL and values:
            yield None, values[0]
        elif function in CONTEXT | CONTEXT_PLURAL and len(values) > 1:
            yield values[0], values[1]


QUOTED = re.compile(
    r"""^\s*(?:trans|translate)\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')(.*)$""", re.DOTALL
)
IN_FILTER = re.compile(r"""_\((?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')\)""")
BLOCK = re.compile(r"^\s*(?:blocktrans|blocktranslate)\b(.*)$", re.DOTALL)
CONTEXT_WORD = re.compile(r"""\bcontext\s+(?:"([^"]*)"|'([^']*)')""")


def percent(text: str) -> str:
    """Django doubles a percent sign of a template's text before it looks it up."""
    return text.replace("%", "%%")


def texts_in_template(source: str) -> Iterator[Key]:
    """The texts of {% translate %}, {% blocktranslate %} and _() in a template, as Django looks them up."""
    inside: list[str] | None = None
    context, trimmed, in_plural = None, False, False
    for token in Lexer(source).tokenize():
        if inside is not None:
            if token.token_type is TokenType.BLOCK and token.contents.split()[0].startswith(
                ("plural", "end")
            ):
                if not in_plural:  # the plural belongs to the entry of the singular
                    text = "".join(inside)
                    yield context, trim_whitespace(text) if trimmed else text
                in_plural = token.contents.startswith("plural")
                inside = [] if in_plural else None
            elif token.token_type is TokenType.VAR:
                inside.append(f"%({token.contents})s")
            elif token.token_type is TokenType.TEXT:
                inside.append(token.contents.replace("%", "%%"))
            continue
        if token.token_type in (TokenType.VAR, TokenType.BLOCK):
            for double, single in IN_FILTER.findall(token.contents):
                yield None, percent(double or single)
        if token.token_type is not TokenType.BLOCK:
            continue
        if quoted := QUOTED.match(token.contents):
            word = CONTEXT_WORD.search(quoted[3])
            yield (word[1] or word[2]) if word else None, percent(quoted[1] or quoted[2] or "")
        elif block := BLOCK.match(token.contents):
            word = CONTEXT_WORD.search(block[1])
            inside, context = [], (word[1] or word[2]) if word else None
            trimmed = "trimmed" in block[1].split()


def wanted() -> dict[Key, str]:
    """Every text that is asked for, with a file that asks for it."""
    found: dict[Key, str] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for key in texts_in_code(path.read_text(encoding="utf-8")):
                found.setdefault(key, str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt"}:
            for context, text in texts_in_template(path.read_text(encoding="utf-8")):
                found.setdefault((context, text), str(path.relative_to(ROOT)))
    return found


# ── the tests ────────────────────────────────────────────────────────────────────────────────────


def test_every_text_has_a_dutch_translation(catalogue):
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}
    missing = {
        f"{path}: {text!r}" for (context, text), path in wanted().items() if (context, text) not in known
    }

    assert missing == set()


def test_no_translation_is_empty_or_doubtful(catalogue):
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_no_translation_is_of_a_text_that_is_gone(catalogue):
    asked = set(wanted())
    gone = {entry.msgid for entry in catalogue if (entry.msgctxt, entry.msgid) not in asked}

    assert gone == set()


def test_the_compiled_file_says_the_same(catalogue):
    compiled = polib.mofile(str(FOLDER / "django.mo"))

    def spoken(entries):
        return {
            (entry.msgctxt, entry.msgid): (dict(entry.msgstr_plural) if entry.msgid_plural else entry.msgstr)
            for entry in entries
            if not entry.obsolete
        }

    assert spoken(compiled) == spoken(catalogue)


PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def test_translations_keep_the_placeholders(catalogue):
    """A wrong name in a translation breaks the page for Dutch readers only."""
    wrong = []
    for entry in catalogue:
        names = set(PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text and not set(PLACEHOLDER.findall(text)) <= names:
                wrong.append((entry.msgid, text))

    assert wrong == []


def test_the_texts_in_code_and_templates_are_found():
    """The search itself, on the ways in which the product asks for a text."""
    code = (
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy\n"
        "a = _('Plain')\nb = ngettext('%(n)d one', '%(n)d more', 2)\nc = pgettext_lazy('menu', 'Agenda')\n"
    )
    template = (
        '{% translate "Plain" as x %}{% translate "100% sure" %}'
        '{{ value|default:_("Filter") }}{% translate "Menu" context "menu" %}'
        "{% blocktranslate trimmed with a=b count n=m %}\n  {{ n }} one\n  of {{ a }}\n"
        "{% plural %}{{ n }} more{% endblocktranslate %}"
    )

    assert set(texts_in_code(code)) == {(None, "Plain"), (None, "%(n)d one"), ("menu", "Agenda")}
    assert set(texts_in_template(template)) == {
        (None, "Plain"),
        (None, "100%% sure"),
        (None, "Filter"),
        ("menu", "Menu"),
        (None, "%(n)s one of %(a)s"),
    }
