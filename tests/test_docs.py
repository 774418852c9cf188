"""The documentation holds: links lead somewhere, commands and names exist, and the examples run."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core.management import get_commands

from accounts.models import User
from deventer_crm.core import commitments, panels, policy, reminders, search
from deventer_crm.core.lists import definition as lists
from deventer_crm.core.lists.asking import ask_text
from deventer_crm.core.models import CommitmentNorm
from deventer_crm.core.reconcile import reconcile
from employers import sections
from employers.activity import SOURCES as ACTIVITY_SOURCES
from employers.activity import happened, refresh_activities
from employers.models import Theme
from employers.selectors.dossier import employers_for_dossier
from employers.signals import employers_with_signal, registry, signals_for
from employers.signals import reading as signals_reading
from tests.employers.factories import AccountAssignmentFactory, EmployerFactory, MembershipFactory

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
ARCHITECTURE = ROOT / "docs" / "architecture.md"

FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
#: Names of capitals that are read by the programs, in backquotes or at the start of a line of a block.
VARIABLE = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`")
#: What programs around the application read: compose, Celery's and allauth's settings, constants in code.
SOURCES = [
    "deventer_crm/settings",
    "deventer_crm/localservers",
    "deventer_crm/core",
    "employers",
    "benchmarks",
]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The text without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """How headings are called in an address, as on the usual forges."""
    heads = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _hash, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            yield target


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))


def test_relative_links_lead_to_a_file_and_a_heading():
    assert {name_of(page): list(broken_links(page)) for page in PAGES if list(broken_links(page))} == {}


def test_a_broken_link_is_seen(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# Een kop\n[a](#een-kop) [b](#geen-kop) [c](weg.md) [d](https://example.org)\n", encoding="utf-8"
    )

    assert list(broken_links(page)) == ["#geen-kop", "weg.md"]


def test_every_page_is_reached_from_the_readme():
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        targets = (target.partition("#")[0] for target in LINK.findall(prose(page)))
        found = [(page.parent / target).resolve() for target in targets if target and ":" not in target]
        for target in found:
            waiting += sorted(target.glob("*.md")) if target.is_dir() else [target]

    assert [name_of(page) for page in PAGES if page not in seen and page.name != "CHANGELOG.md"] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_that_are_named_exist(page):
    text = page.read_text(encoding="utf-8")
    called_make = set(re.findall(r"(?:`|^ *\$? ?)make ([a-z][a-z0-9-]*)", text, re.MULTILINE))
    called_manage = set(re.findall(r"manage\.py ([a-z][a-z_]+)", text))

    assert called_make - make_targets() == set()
    assert called_manage - set(get_commands()) == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_variables_that_are_named_are_read_somewhere(page):
    code = [ROOT / "docker-compose.yml", ROOT / "Makefile", ROOT / "Dockerfile"]
    code += [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]
    known = " ".join(path.read_text(encoding="utf-8") for path in code)

    assert {name for name in VARIABLE.findall(prose(page)) if not re.search(rf"\b{name}\b", known)} == set()


def test_every_variable_of_the_settings_is_explained():
    page = (ROOT / "docs" / "beheer" / "installeren.md").read_text(encoding="utf-8")
    files = [ROOT / "deventer_crm" / "settings" / name for name in ("base.py", "production.py")]
    read = {
        name
        for file in files
        for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', file.read_text(encoding="utf-8"))
    }
    compose = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))

    assert {name for name in read | compose if f"`{name}`" not in page} == set()


def test_every_policy_setting_is_explained_and_no_other():
    page = (ROOT / "docs" / "beheer" / "instellingen.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\|[^|]*\| `([a-z_0-9]+)` \|", page, re.MULTILINE))

    assert named == set(policy.DEFINITIONS)


def test_every_reminder_is_explained_and_no_other():
    page = (ROOT / "docs" / "beheer" / "herinneringen.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\|[^|]*\| `([a-z_0-9]+)` \|", page, re.MULTILINE))

    assert named == set(reminders.RULES)


#: Bold words on the screen that other packages translate.
BORROWED = {"Wachtwoord vergeten?", "Gebruiker toevoegen"}


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent.name in ("gebruik", "beheer")], ids=name_of
)
def test_bold_words_of_the_manuals_are_on_the_screen(page):
    """What somebody is told to click is in the Dutch catalogue, or begins a text there. A bold sentence that
    ends in a full stop is a heading."""
    catalogue = polib.pofile(str(ROOT / "deventer_crm" / "locale" / "nl" / "LC_MESSAGES" / "django.po"))
    shown = [
        text.lower() for entry in catalogue for text in (entry.msgstr, *entry.msgstr_plural.values()) if text
    ]
    bold = {" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", prose(page), re.DOTALL)}
    clicked = {words for words in bold if not words.endswith(".")} - BORROWED

    assert {words for words in clicked if not any(text.startswith(words.lower()) for text in shown)} == set()


# ── the examples of architecture.md run ──────────────────────────────────────────────────────────


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The names that the examples make, registered for this test only."""
    monkeypatch.setattr(policy, "DEFINITIONS", dict(policy.DEFINITIONS))
    monkeypatch.setattr(reminders, "RULES", dict(reminders.RULES))
    monkeypatch.setattr(commitments, "MEASURES", dict(commitments.MEASURES))
    monkeypatch.setitem(ACTIVITY_SOURCES, "membership", None)  # so that it goes again after the test
    del ACTIVITY_SOURCES["membership"]
    monkeypatch.setattr(registry, "SIGNALS", dict(registry.SIGNALS))
    monkeypatch.setattr(signals_reading, "SIGNALS", registry.SIGNALS)
    monkeypatch.setattr(lists, "LISTS", dict(lists.LISTS))
    monkeypatch.setitem(lists.ACTS, "employers", dict(lists.ACTS["employers"]))
    monkeypatch.setattr(search, "SOURCES", dict(search.SOURCES))
    monkeypatch.setattr(sections, "_sections", dict(sections._sections))
    monkeypatch.setattr(panels, "_panels", {place: list(rows) for place, rows in panels._panels.items()})
    names: dict[str, Any] = {"__name__": "example_of_the_docs"}
    for language, code in FENCE.findall(ARCHITECTURE.read_text(encoding="utf-8")):
        if language == "python":
            exec(compile(code, "docs/architecture.md", "exec"), names)
    return names


@pytest.mark.django_db
def test_the_example_of_a_reminder_raises_and_resolves(example, tl: User):
    EmployerFactory(is_relation=False)
    relation = EmployerFactory(is_relation=True)
    kinds = ["relation_without_manager"]

    assert reconcile(dt.date(2026, 1, 31), kinds=kinds).raised == 0
    assert reconcile(dt.date(2026, 2, 1), kinds=kinds).raised == 1

    AccountAssignmentFactory(employer=relation, starts_on=dt.date(2026, 2, 2), ends_on=None)

    assert reconcile(dt.date(2026, 2, 2), kinds=kinds).resolved == 1


@pytest.mark.django_db
def test_the_example_of_a_measure_counts(example):
    norm = CommitmentNorm.objects.filter(commitment__code="C6").select_related("commitment").get()
    commitment = norm.commitment
    commitment.measure = "managed_relations"
    day = dt.date(2026, 11, 1)

    assert commitments.evaluate(commitment, day).state == commitments.State.NOT_MEASURED

    EmployerFactory(is_relation=True)
    AccountAssignmentFactory(
        employer=EmployerFactory(is_relation=True), starts_on=dt.date(2026, 1, 1), ends_on=None
    )
    found = commitments.evaluate(commitment, day)

    assert (found.count, found.state) == (50, commitments.State.AT_RISK)
    assert sum(rows.count() for rows in found.seen.evidence) == 1


@pytest.mark.django_db
def test_the_examples_of_timeline_and_panel_show(example, am: User, rd: User):
    member = MembershipFactory(starts_on=dt.date(2020, 1, 1), ends_on=None)
    refresh_activities("membership", [member.pk])
    lines = happened([member.employer_id], am, kinds=["membership"])

    def counted(reader: User) -> list[dict[str, Any]]:
        employer = employers_for_dossier(reader).get(pk=member.association_id)
        found = panels.panels_for("employer.side", employer, reader)
        return [panel.context for panel in found if "count" in panel.context]

    assert [line.title for line in lines] == [member.association.name]
    assert counted(am) == [{"count": 1}]
    assert counted(rd) == []


@pytest.mark.django_db
def test_the_example_of_a_signal_says_the_same_in_both_readings(example, am: User):
    relation, other = EmployerFactory(is_relation=True), EmployerFactory(is_relation=False)
    day = dt.date(2026, 11, 1)
    found = signals_for([relation.pk, other.pk], am, day, codes=["unmanaged"])

    assert [signal.code for signal in found.pop(relation.pk)] == ["unmanaged"]
    assert found == {}
    assert list(employers_with_signal("unmanaged", day, am).values_list("pk", flat=True)) == [relation.pk]


@pytest.mark.django_db
def test_the_example_of_a_list_filters_and_keeps_secrets(example, am: User):
    member = MembershipFactory(starts_on=dt.date(2020, 1, 1), ends_on=None)
    MembershipFactory(starts_on=dt.date(2020, 1, 1), ends_on=None)
    MembershipFactory(employer=EmployerFactory(is_confidential=True), association=member.association)
    reader = lists.Reader(am, dt.date(2026, 11, 1))
    asked = ask_text(example["MEMBERSHIPS"], reader, f"association={member.association_id}")

    assert not asked.problems
    assert list(asked.rows().values_list("pk", flat=True)) == [member.pk]
    assert asked.columns[0].value(asked.rows().get(), reader) == member.employer.name


@pytest.mark.django_db
def test_the_example_of_a_bulk_act_is_taken_back(example, am: User):
    relation, other = EmployerFactory(is_relation=True), EmployerFactory(is_relation=False)
    act = lists.ACTS["employers"]["relatie"]
    done = act.do([relation.pk, other.pk], {}, am)
    other.refresh_from_db()

    assert (done.changed, done.unchanged, other.is_relation) == (1, 1, True)

    undone = act.undo(done.undo, am)
    other.refresh_from_db()
    relation.refresh_from_db()

    assert (undone.restored, other.is_relation, relation.is_relation) == (1, False, True)


@pytest.mark.django_db
def test_the_examples_of_search_and_of_a_section_work(example, am: User, rd: User):
    theme = Theme.objects.create(code="voorbeeld", name="Een voorbeeld van een thema")
    employer = EmployerFactory(is_relation=False)
    form = sections._sections["relation"].form({"is_relation": "on"}, user=am, employer=employer, kind="call")

    assert [hit.title for hit in search.SOURCES["themes"].find("voorbeeld", am, 5).hits] == [theme.name]
    assert search.SOURCES["themes"].find("voorbeeld", rd, 5).hits == []
    assert form.is_valid(), form.errors

    form.save(None, by=am)
    employer.refresh_from_db()

    assert employer.is_relation
