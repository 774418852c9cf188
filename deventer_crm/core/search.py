"""Searching: how text is folded, which words of a question must occur, how a table keeps its search column,
and the registry behind the search box.

A searchable table has a column `search_text`: small letters without accents, under a trigram index. The
database fills it (`keeps_search_text`), so that a row is found whatever wrote it: a form, an import or plain
SQL. What a page asks is folded the same way here.

An app registers in its search.py what the search box finds:

    @source("employers", label=_("employers"), order=10, list_url="employers:list")
    def employers(text, user, limit): return Found(hits=[…], count=…)
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, transaction
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Concat
from django.db.models.lookups import Regex
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

#: What PostgreSQL's unaccent writes out and decomposing leaves alone.
WRITTEN_OUT = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ł": "l", "ŀ": "l", "þ": "th"}
    | {"ı": "i", "ĸ": "q", "ŉ": "'n", "ŋ": "n", "ŧ": "t", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-"}
)
#: Nobody types more to find something; a pasted page would become a statement of thousands of conditions.
MOST_WORDS = 12
MOST_LETTERS = 200
#: With fewer letters nearly everything is found; the search box waits for more.
FEWEST_LETTERS = 2
#: Fewer digits than this are no phone number.
PHONE_DIGITS = 9
POSTCODE = re.compile(r"(?<!\S)([1-9][0-9]{3}) ?([a-z]{2})(?!\S)")
PHONE = re.compile(r"[0-9+()\-./ ]+")
NUMBER = re.compile(r"[0-9][0-9. ]*[0-9]")


def fold(text: str) -> str:
    """Small letters without accents, as `search_text` is stored (it uses PostgreSQL's unaccent). NUL goes:
    PostgreSQL knows no text with it."""
    text = text.replace("\0", "")
    small = unicodedata.normalize("NFKD", text.lower().translate(WRITTEN_OUT))
    return "".join(c for c in small if not unicodedata.combining(c))


def phone_digits(text: str) -> str:
    """A phone number as it is stored for searching: digits only, "+31" and "0031" written as 0. Empty when
    the text is no phone number."""
    if not PHONE.fullmatch(text.strip()):
        return ""
    digits = re.sub(r"[^0-9+]", "", text)
    digits = re.sub(r"^(\+|00)310?", "0", digits)
    return digits if len(digits) >= PHONE_DIGITS and digits.isdigit() else ""


def whole_number_in(text: str) -> str:
    """The digits when the text is one number of the register, "1234 5678" included; else empty."""
    text = text.strip()
    return re.sub(r"[. ]", "", text) if NUMBER.fullmatch(text) else ""


def terms(text: str) -> list[tuple[str, ...]]:
    """What must occur, each as alternatives of which one is enough. A postcode and a phone number are one
    term however they are typed: "7411 AB" is stored as 7411ab, and "Studio 2000 BV" is still a name."""
    folded = " ".join(fold(text[:MOST_LETTERS]).split())
    whole = phone_digits(folded) or whole_number_in(folded)
    if whole:
        return [tuple(dict.fromkeys((whole, folded)))]
    found: list[tuple[str, ...]] = []
    at = 0
    for match in POSTCODE.finditer(folded):
        found += [(word,) for word in folded[at : match.start()].split()]
        found.append(tuple(dict.fromkeys((match[1] + match[2], match[0]))))
        at = match.end()
    found += [(word,) for word in folded[at:].split()]
    return found[:MOST_WORDS]


def occurs(term: tuple[str, ...], column: str = "search_text") -> Q:
    """One of the alternatives stands in the column."""
    found = Q()
    for word in term:
        found |= Q(**{f"{column}__contains": word})
    return found


def matches(text: str, column: str = "search_text") -> Q:
    """Every term occurs; without a term everything matches."""
    found = Q()
    for term in terms(text):
        found &= occurs(term, column)
    return found


# ── typing errors ────────────────────────────────────────────────────────────────────────────────

#: How alike (0 to 1) a text must be to count as what was meant, when more than one letter is wrong.
TYPO_SIMILARITY = 0.45
#: How much less alike than the best guess the others may be.
TYPO_MARGIN = 0.15
#: A guess of more than so many helps nobody.
TYPO_LIMIT = 50
#: Words between these lengths are tried with one letter wrong; shorter ones are part of everything, of longer
#: ones enough is left to see that they are alike.
SLIP_LETTERS, SLIP_MOST_LETTERS = 5, 24
SLIP_WORDS = 4
#: Half a word of fewer letters is part of too much.
HALF_LETTERS = 4
#: So many rows with a slip are put in order; of a word that is part of everything any will do.
SLIP_CANDIDATES = 200


def slips(word: str) -> str:
    """A regular expression for the word with one letter wrong, missing, too many, or two in the wrong order.
    PostgreSQL looks such an alternation up in a trigram index in one go."""
    ways: dict[str, None] = {}
    for at in range(len(word)):
        before, after = re.escape(word[:at]), re.escape(word[at + 1 :])
        ways[before + "." + after] = None
        ways[before + after] = None
        if at:
            ways[before + "." + re.escape(word[at:])] = None
        if at + 1 < len(word):
            ways[before + re.escape(word[at + 1] + word[at]) + re.escape(word[at + 2 :])] = None
    return "|".join(ways)


def _with_a_slip(word: str, column: str) -> Q:
    """Of a longer word one half must be as it was typed, or the two letters in the middle changed places: the
    index then leaves few rows for the regular expression, which costs ten times as much a row."""
    if len(word) < 2 * HALF_LETTERS:
        return Q(**{f"{column}__regex": slips(word)})
    # Of an expression, so that the planner does not begin with the index on the column after all.
    meant = Q(Regex(Concat(F(column), Value(""), output_field=TextField()), slips(word)))
    middle = len(word) // 2
    swapped = word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :]
    return occurs((word[:middle], word[middle:], swapped), column) & meant


def one_slip(text: str, column: str = "search_text") -> Q | None:
    """Every term occurs, one of them with one slip of the keyboard. None when no term is long enough. Of
    several words the longest are tried, and the whole, which helps names of short words."""
    asked = terms(text)
    tried = [term for term in asked if SLIP_LETTERS <= len(term[0]) <= SLIP_MOST_LETTERS]
    tried = sorted((term for term in tried if not term[0].isdigit()), key=lambda term: -len(term[0]))
    found: Q | None = None
    for term in tried[:SLIP_WORDS]:
        meant = _with_a_slip(term[0], column)
        for other in asked:
            if other is not term:
                meant &= occurs(other, column)
        found = meant if found is None else found | meant
    whole = " ".join(term[-1] for term in asked)
    if len(asked) > 1 and SLIP_LETTERS <= len(whole) <= SLIP_MOST_LETTERS and re.search("[a-z]", whole):
        meant = _with_a_slip(whole, column)
        found = meant if found is None else found | meant
    return found


def look_alikes(rows: Any, text: str, *order: str) -> list[Any]:
    """Rows whose search column nearly has the text, for when nothing has it: "Brinck" finds "Brink". One slip
    first; else what looks alike, and no row much less so than the best, because every "Brons…" looks a little
    like "Bronstroom". At most TYPO_LIMIT, the nearest first, with `likeness`."""
    asked = fold(text)[:MOST_LETTERS]
    rows = rows.annotate(likeness=TrigramWordSimilarity(asked, "search_text"))
    order = ("-likeness", *order)
    meant = one_slip(text)
    if meant is not None:
        meant_rows = rows.filter(meant).order_by().values("pk")[:SLIP_CANDIDATES]
        found = list(rows.filter(pk__in=meant_rows).order_by(*order)[:TYPO_LIMIT])
        if found:
            return found
    with transaction.atomic(), connection.cursor() as cursor:
        # Local to this transaction: the operator that uses the index reads its threshold from here.
        cursor.execute("SET LOCAL pg_trgm.word_similarity_threshold = %s", [TYPO_SIMILARITY])
        alike = rows.filter(search_text__trigram_word_similar=asked)
        found = list(alike.order_by(*order)[:TYPO_LIMIT])
    return [row for row in found if row.likeness >= found[0].likeness - TYPO_MARGIN]


# ── the search column ────────────────────────────────────────────────────────────────────────────

FOLDED = "lower(unaccent(concat_ws(' ', {parts})))"
#: SQL of phone_digits() for a column.
PHONE_SQL = "regexp_replace(regexp_replace({column}, '[^0-9+]', '', 'g'), '^([+]|00)310?', '0')"


def keeps_search_text(*parts: str, columns: tuple[str, ...]) -> pgtrigger.Trigger:
    """A trigger for `Meta.triggers`: `search_text` is made of `parts` (SQL over NEW) at each insert, and at
    each update that sets one of `columns`. A save that writes an old `search_text` back is put right too."""
    return pgtrigger.Trigger(
        name="search_text",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf(*columns),  # type: ignore[no-untyped-call]  # untyped
        func=f"NEW.search_text := {FOLDED.format(parts=', '.join(parts))}; RETURN NEW;",
    )


# ── the search box ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Hit:
    """One line: the name, where it leads, what it is and where it is. `is_exact`: by its own number."""

    title: str
    url: str
    what: str = ""
    where: str = ""
    is_exact: bool = False


@dataclass(frozen=True)
class Found:
    """The first hits of one kind and how many there are; `more`: there are even more than that."""

    hits: list[Hit] = field(default_factory=list)
    count: int = 0
    more: bool = False


Finder = Callable[[str, Any, int], Found]


@dataclass(frozen=True)
class Source:
    """A kind of record that the search box finds. `list_url`: name of the list that finds the same by `q`;
    empty when there is none."""

    name: str
    label: str | Promise
    icon: str
    order: int
    list_url: str
    find: Finder

    def all_url(self, text: str) -> str:
        """The list with the same question, or nothing."""
        return f"{reverse(self.list_url)}?{urlencode({'q': text})}" if self.list_url else ""


SOURCES: dict[str, Source] = {}
GUESSES: dict[str, Finder] = {}


def source(
    name: str, *, label: str | Promise, icon: str, order: int, list_url: str = ""
) -> Callable[[Finder], Finder]:
    """Register `function(text, user, limit) -> Found`. It applies the reader's rights (R9, R10) itself."""

    def register(function: Finder) -> Finder:
        SOURCES[name] = Source(name, label, icon, order, list_url, function)
        return function

    return register


def guess(name: str) -> Callable[[Finder], Finder]:
    """Register what a kind of record offers when nothing of any kind has the words: look-alikes."""

    def register(function: Finder) -> Finder:
        GUESSES[name] = function
        return function

    return register


@dataclass(frozen=True)
class Group:
    """What one source found."""

    source: Source
    found: Found
    all_url: str


@dataclass(frozen=True)
class Answer:
    """`are_guesses`: nothing has these words; the hits look alike."""

    groups: list[Group]
    are_guesses: bool = False


def search_everything(text: str, user: Any, limit: int) -> Answer:
    """Groups with hits in the order of the sources; a kind that knows the exact number comes first."""
    asked = text.strip()[:MOST_LETTERS]
    if len(asked) < FEWEST_LETTERS:
        return Answer([])
    kinds = sorted(SOURCES.values(), key=lambda kind: kind.order)
    found = [(kind, kind.find(asked, user, limit)) for kind in kinds]
    groups = [Group(kind, answer, kind.all_url(asked)) for kind, answer in found if answer.hits]
    if groups:
        groups.sort(key=lambda group: not any(hit.is_exact for hit in group.found.hits))
        return Answer(groups)
    guessed = [(kind, GUESSES[kind.name](asked, user, limit)) for kind in kinds if kind.name in GUESSES]
    return Answer([Group(kind, answer, "") for kind, answer in guessed if answer.hits], are_guesses=True)


#: "Alle n" counts no further: counting 100,000 rows costs more than finding the first ones.
MOST_COUNTED = 1_000


def count_of(rows: Any) -> tuple[int, bool]:
    """How many rows there are, up to MOST_COUNTED, and whether there are more."""
    counted = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return min(counted, MOST_COUNTED), counted > MOST_COUNTED


def first_and_count(ordered: Any, limit: int) -> tuple[list[int], int, bool]:
    """Keys of the first rows, how many there are, and whether there are more than are counted: one statement.
    For rows whose order needs all of them anyway."""
    keys = list(ordered.values_list("pk", flat=True)[: MOST_COUNTED + 1])
    return keys[:limit], min(len(keys), MOST_COUNTED), len(keys) > MOST_COUNTED
