"""The house rules that a machine can check: which way imports point, that migrations do not go in circles,
that every business table leaves a trail without copying free text, and that pages read what their reader may
see."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader

from accounts.models import User
from accounts.visibility import has_own_rule

ROOT = Path(__file__).resolve().parent.parent

#: From the ground up. A room may import from its own floor and from those below it.
FLOORS = [
    {"deventer_crm.core"},
    {"accounts"},
    {"employers"},
    {"meetings"},
    {"budget"},
    {"deventer_crm.home", "deventer_crm.urls"},
]
OUR_APPS = ("core", "accounts", "employers", "meetings", "budget", "home", "localservers")


def floor_of(module: str) -> int | None:
    for number, rooms in enumerate(FLOORS):
        if any(module == room or module.startswith(f"{room}.") for room in rooms):
            return number
    return None


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def our_files(*rooms: str) -> list[Path]:
    found = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every import, also those inside functions and under TYPE_CHECKING, with its line."""
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"


def test_imports_point_down():
    wrong = []
    for path in our_files("deventer_crm", "accounts", "employers", "meetings", "budget"):
        floor = floor_of(module_name(path))
        if floor is None:
            continue  # settings, localservers: stand outside the house
        for line, imported in imports_of(path):
            other = floor_of(imported)
            if other is not None and other > floor:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {imported}")

    assert wrong == []


def test_the_import_check_sees_an_arrow_upward(tmp_path, monkeypatch):
    room = tmp_path / "accounts"
    room.mkdir()
    (room / "bad.py").write_text("def late():\n    from employers.models import Employer\n", encoding="utf-8")
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)

    with pytest.raises(AssertionError, match=r"accounts/bad\.py:2 imports employers\.models\.Employer"):
        test_imports_point_down()


def test_foreign_keys_point_down():
    floors = {"core": 0, "accounts": 1, "employers": 2, "meetings": 3, "budget": 4, "home": 5}
    wrong = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in floors
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and isinstance(field.related_model, type)
        # Who did something, or for whom it is, stands on every floor.
        and field.related_model is not User
        and floors.get(field.related_model._meta.app_label, 0) > floors[model._meta.app_label]
    ]

    assert wrong == []


def test_migrations_of_an_app_depend_on_lower_apps_only():
    """Otherwise two apps would wait for each other. Everything may wait for the user model."""
    order = {"core": 0, "accounts": 1, "employers": 2, "meetings": 3, "budget": 4}
    wrong = []
    loader = MigrationLoader(None)
    for (app, name), migration in loader.disk_migrations.items():
        for dependency, _name in migration.dependencies:
            if app in order and order.get(dependency, -1) > order[app] and dependency != "accounts":
                wrong.append(f"{app}.{name} waits for {dependency}")

    assert wrong == []
    assert loader.graph.leaf_nodes()  # built: a circle raises


# ── the trail (R13) ──────────────────────────────────────────────────────────────────────────────

#: Tables that leave no trail, each with the reason.
WITHOUT_TRAIL = {
    "employers.SbiCode": "comes with the product, changed by no one",
    "core.TrailEvent": "is the trail",
    "core.AccessEvent": "is a log itself, append-only",
    "core.JobRun": "is a log of runs",
    "core.Heartbeat": "a sign of life each half minute",
    "core.Digest": "mails, with their own states and dates",
    "core.OutgoingMail": "mails, with their own states and dates; what they are about leaves its own trail",
    "core.Reminder": "follows from rules and dates; its own columns tell when it was raised and resolved",
    "employers.Activity": "an index over records that leave their own trail; can be made again",
    "employers.DeliveryRow": "follows from a file; what it changes is in the trail of the establishment",
    "employers.MappingProfile": "remembers columns of a file",
    "budget.HoursLine": "follows from a file; what it changes is in the trail of the hours",
    "employers.SheetRow": "follows from a file; what it changes is in the trail of employer and person",
    "meetings.BusyTime": "follows from a calendar that is read; only from when until when",
    "meetings.BriefingView": "is a log itself, only added to",
    "meetings.ReportDraft": "what one person is typing; the report it becomes leaves a trail",
    "meetings.MeetingStep": "is the history of a meeting's state, only added to",
}

#: Text of trailed tables that may be copied into events: it is about no person. Everything else is hidden.
PLAIN_TEXT = {
    "accounts.CollegeMember": {"remit"},
    "core.BulkAct": {"list_key", "act", "undo"},  # codes, and numbers of rows
    "core.ReminderPreference": {"kind"},
    "core.SavedView": {"list_key"},
    "core.Commitment": {"code", "sentence_nl", "sentence_en", "measure", "warn_from"},
    "core.CommitmentNorm": {"reason"},
    "core.PolicyDocument": {"name", "source"},
    "core.PolicySetting": {"name", "value", "note"},
    "core.QuarterlyReport": {"sha256"},
    **{
        name: {"code", "name"}
        for name in (
            "employers.Area",
            "employers.CityProfile",
            "employers.Sector",
            "employers.Theme",
            "employers.Track",
            "meetings.MeetingKind",
            "meetings.Series",
        )
    },
    "employers.AreaPostcode": {"postcode"},
    "employers.SectorPrefix": {"prefix"},
    "employers.EmployerGrouping": {"moved"},  # numbers of rows
    "employers.HandOver": {"asked", "employers", "moved"},  # numbers of rows
    "employers.SignalObjection": {"code", "cause"},  # codes, numbers of rows and of jobs, dates
    # The register: what and where an employer is. Names in it are hidden.
    "employers.Registration": {"kvk_number", "rsin", "legal_form"},
    "employers.Establishment": {
        "number",
        "lisa_number",
        "street",
        "house_number",
        "house_letter",
        "house_addition",
        "postcode",
        "town",
        "bag_id",
    },
    "employers.RegisterDelivery": {"mapping", "phase", "counts"},
    "employers.SheetImport": {"phase", "counts"},
    "employers.ChangeProposal": {"field"},
    "meetings.MailTemplate": {"subject", "text"},  # texts for everybody, with words instead of names
    "meetings.PlanProposal": {"why"},  # codes, numbers of rows, days
    "budget.BudgetYear": {"explanation", "off_norm_reason"},
    "budget.HoursImport": {"phase", "counts"},
    "budget.Rate": {"reason"},
    "budget.TrackBudget": {"reason"},
}


def trail_of(model: type[models.Model]) -> object | None:
    triggers = getattr(model._meta, "triggers", [])
    return next((trigger for trigger in triggers if trigger.name == "trail"), None)


def test_every_business_table_leaves_a_trail():
    ours = [model for model in apps.get_models() if model._meta.app_label in OUR_APPS]
    without = {model._meta.label for model in ours if trail_of(model) is None}

    assert without == set(WITHOUT_TRAIL)


def hidden_columns(model: type[models.Model]) -> set[str]:
    trigger = trail_of(model)
    declared = dict(entry[:2] for entry in trigger.declare)  # type: ignore[attr-defined]
    return set(re.findall(r"'(\w+)'", declared["hidden"]))


def test_free_text_is_not_copied_into_the_trail():
    """A new text column is hidden, or stands above with what it holds."""
    copied: dict[str, set[str]] = {}
    for model in apps.get_models():
        if trail_of(model) is None:
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField | models.JSONField)
            if is_text and not field.choices and field.column not in hidden_columns(model):
                copied.setdefault(model._meta.label, set()).add(field.name)

    assert copied == PLAIN_TEXT


# ── reading (R10) ────────────────────────────────────────────────────────────────────────────────

#: Managers that pages must not read without visible_to.
GUARDED = {model.__name__ for model in apps.get_models() if has_own_rule(model)}
#: What a chain on `.objects` may begin with besides visible_to: it makes a queryset that is narrowed later.
HARMLESS = {"none", "model", "create"}
#: Reads that need no rule of visibility, as "file:function", each with the reason.
ALLOWED_READS = {
    "employers/views/toplist.py:_page": "of rows from which hidden employers were taken before",
}


def unguarded_reads(path: Path) -> Iterator[tuple[str, int, str]]:
    """`Model.objects.<method>` in a function, without `visible_to` in the same statement and without a filter
    on the asking user."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for statement in function.body:
            source = ast.unparse(statement)
            if "visible_to" in source or re.search(r"\buser=(request\.)?user\b", source):
                continue
            for node in ast.walk(statement):
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Attribute)
                    and node.value.attr == "objects"
                    and isinstance(node.value.value, ast.Name)
                    and node.value.value.id in GUARDED
                    and node.attr not in HARMLESS
                ):
                    yield function.name, node.lineno, f"{node.value.value.id}.objects.{node.attr}"


def test_views_read_guarded_records_through_visible_to():
    wrong = []
    for path in our_files("accounts", "employers", "meetings", "budget", "deventer_crm/home"):
        if not {"views", "views.py"} & set(path.parts):
            continue
        for function, line, read in unguarded_reads(path):
            place = f"{path.relative_to(ROOT)}:{function}"
            if place not in ALLOWED_READS:
                wrong.append(f"{place} (line {line}) reads {read}")

    assert wrong == []


# ── files ────────────────────────────────────────────────────────────────────────────────────────

#: Longer than 400 lines, each with the reason.
LONG_FILES: dict[str, str] = {}


def test_no_file_is_longer_than_400_lines_without_a_reason():
    rooms = ("deventer_crm", "accounts", "employers", "meetings", "budget")
    long = {
        str(path.relative_to(ROOT))
        for path in our_files(*rooms)
        if len(path.read_text(encoding="utf-8").splitlines()) > 400
    }

    assert long == set(LONG_FILES)


def test_psycopg_3_is_not_there():
    """Django would prefer it over the driver of production as soon as it can be imported."""
    assert importlib.util.find_spec("psycopg") is None
    assert importlib.util.find_spec("psycopg2") is not None
