"""Back-up and restore on databases of their own: what comes back is what was there, each row, or nothing."""

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker, Settings

from deventer_crm.core.backup import (
    BackupError,
    archive,
    make_backup,
    programs,
    restore_backup,
    restoring,
)
from deventer_crm.core.models import TrailEvent
from deventer_crm.core.reconcile import reconcile
from deventer_crm.localservers.lifecycle import ensure_started
from employers.models import Employer, Establishment
from tests.accounts.factories import UserFactory
from tests.employers.factories import ContactMomentFactory, EmployerFactory, FollowUpFactory, PositionFactory
from tests.home.factories import ReminderFactory
from tests.meetings.factories import InvitationFactory, MeetingFactory
from tests.support.template_database import ensure_template

SOURCE, TARGET, OLDER = "backup_source", "backup_target", "backup_older"


def _admin(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(scope="module")
def names(django_db_blocker: DjangoDbBlocker) -> Iterator[Callable[[str], str]]:
    """Names of databases of this test process, beside that of all other tests; they are gone afterwards."""
    from django.conf import settings

    ensure_started()
    given = set()

    def name(short: str) -> str:
        whole = f"test_{settings.TEST_PROCESS}_{short}"
        given.add(whole)
        return whole

    with django_db_blocker.unblock():
        yield name
        for made in given:
            _admin(f'DROP DATABASE IF EXISTS "{made}" WITH (FORCE)')


@contextmanager
def inside(name: str) -> Iterator[None]:
    """This process works in that database."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        ContentType.objects.clear_cache()


@pytest.fixture(scope="module")
def source(names: Callable[[str], str]) -> str:
    """A database with a small municipality, and reminders as the rules want them."""
    name, template = names(SOURCE), ensure_template(connection)
    _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _admin(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    with inside(name):
        call_command("migrate", interactive=False, verbosity=0)
        person, lead = UserFactory(role="AM"), UserFactory(role="TL")
        employer = EmployerFactory(name="Proefbakkerij “Zilverlinde” & Zn. €", is_relation=True, working=80)
        position = PositionFactory(employer=employer)
        ContactMomentFactory(
            employers=[employer], people=[position.person], notes="regel één\nregel\ttwee \\."
        )
        meeting = MeetingFactory(held=True, employers=[employer], owner=person)
        InvitationFactory(employer=employer)
        FollowUpFactory(employer=employer, owner=lead)
        ReminderFactory(recipient=person, target=meeting)
        reconcile()
    return name


@pytest.fixture
def empty(names: Callable[[str], str]) -> str:
    name = names(TARGET)
    _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _admin(f'CREATE DATABASE "{name}"')
    return name


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    file = settings.MEDIA_ROOT / "deliveries" / "2026" / "levering ë.csv"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"kvk;naam\r\n\x00\xff")
    return file


@pytest.fixture
def made(source: str, media: Path, tmp_path: Path, settings: Settings) -> Path:
    """A back-up of the source; the folder of files is empty afterwards, as on another machine."""
    with inside(source):
        (tmp_path / "backups").mkdir()
        found = Path(make_backup(tmp_path / "backups")["file"])
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    return found


def everything() -> dict[str, list[str]]:
    """Each row of each table as text, read without the code under test."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} t ORDER BY 1")
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


CATALOGUE = """
SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated::text
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
UNION ALL SELECT 'index', tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled::text
  FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'sequence', sequencename, COALESCE(last_value::text, ''), '', '' FROM pg_sequences
UNION ALL SELECT 'function', proname, pg_get_function_arguments(p.oid), prosrc, ''
  FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT 'extension', extname, '', '', '' FROM pg_extension
"""


def catalogue() -> set[tuple[str, ...]]:
    """Without casts: PostgreSQL writes them in other places when it reads its own definition again."""
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE)
        return {
            tuple(re.sub(r"::[a-z ]+(\[\])?|[()]", "", part) for part in row) for row in cursor.fetchall()
        }


def test_what_comes_back_is_what_was_there(source: str, empty: str, made: Path, tmp_path: Path) -> None:
    with inside(source):
        rows, rules = everything(), catalogue()
    with inside(empty):
        done = restore_backup(made)
        assert everything() == rows
        assert catalogue() == rules
        # R7: a restored back-up needs no special case.
        run = reconcile()
        assert (run.raised, run.reopened, run.resolved, run.lapsed) == (0, 0, 0, 0)
        # The trail goes on, and numbers go on where they were.
        before = TrailEvent.objects.count()
        Establishment.objects.update(town="Colmschate")
        assert TrailEvent.objects.count() > before
        last = max(Employer.objects.values_list("pk", flat=True))
        assert EmployerFactory().pk > last
    assert sum(len(found) for found in rows.values()) == done["rows"] > 500
    assert (done["files"], done["migrated"]) == (1, 0)
    assert {kind for kind, *_rest in rules} >= {"constraint", "index", "trigger", "sequence", "extension"}
    restored = tmp_path / "elsewhere" / "deliveries" / "2026" / "levering ë.csv"
    assert restored.read_bytes() == b"kvk;naam\r\n\x00\xff"
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["deliveries"]


def test_the_file_tells_what_is_in_it_and_is_for_its_owner_only(source: str, made: Path) -> None:
    with tarfile.open(made) as tar:
        manifest = json.load(tar.extractfile("manifest.json"))  # type: ignore[arg-type]  # it is a file
    assert manifest["tables"]["employers_employer"][0] >= 1
    assert any(name.startswith("core.0001") for name in manifest["migrations"])
    assert set(manifest["parts"]) == {"database.dump", "media/deliveries/2026/levering ë.csv"}
    assert made.stat().st_mode & 0o077 == 0


def test_nothing_is_ever_overwritten(source: str, made: Path) -> None:
    before = made.read_bytes()
    with inside(source), pytest.raises(BackupError, match="exists already"):
        make_backup(made)
    assert made.read_bytes() == before
    assert list(made.parent.iterdir()) == [made]


def test_a_filled_database_is_refused_and_replaced_only_when_told(
    source: str, empty: str, made: Path
) -> None:
    with inside(empty):
        restore_backup(made)
        Employer.objects.update(name="Later veranderd")
        later = everything()
        with pytest.raises(BackupError, match="not empty"):
            restore_backup(made)
        assert everything() == later
        restore_backup(made, replace=True)
        assert not Employer.objects.filter(name="Later veranderd").exists()


@pytest.mark.parametrize("damage", ["byte", "cut", "other"])
def test_a_damaged_file_changes_nothing(empty: str, made: Path, damage: str) -> None:
    data = bytearray(made.read_bytes())
    if damage == "byte":
        data[2_000] ^= 0xFF  # inside the dump
        made.write_bytes(data)
    else:
        made.write_bytes(data[: len(data) // 2] if damage == "cut" else b"dit is geen back-up")
    with inside(empty):
        with pytest.raises(BackupError) as caught:
            restore_backup(made)
        assert everything() == {}
    assert caught.value.code == ("damaged" if damage == "byte" else "not_a_backup")


def rewrite(made: Path, change: Callable[[dict[str, Any]], None], dump: bytes | None = None) -> None:
    """The same back-up with another manifest, and another dump whose checksum is right."""
    reader = archive.Reader(made)
    manifest = dict(reader.manifest)
    data = dump or b"".join(reader.chunks("database.dump"))
    reader.close()
    manifest.pop("parts")
    manifest.pop("format")
    change(manifest)
    made.unlink()
    part = made.with_name("part")
    part.write_bytes(data)
    with archive.writing(made) as writer:
        writer.add("database.dump", part)
        writer.finish(manifest)


def test_a_failure_half_way_leaves_all_as_it_was(empty: str, made: Path) -> None:
    with inside(empty):
        restore_backup(made)
        before = everything()
        whole = archive.Reader(made)
        dump = b"".join(whole.chunks("database.dump"))
        whole.close()
        rewrite(made, lambda manifest: None, dump[: len(dump) * 3 // 4])
        with pytest.raises(BackupError, match="Nothing was changed") as caught:
            restore_backup(made, replace=True)
        assert caught.value.code == "restore_failed"
        assert everything() == before


def test_a_statement_that_fails_undoes_all_and_ends_at_once(empty: str, made: Path) -> None:
    with inside(empty):
        with connection.cursor() as cursor:
            cursor.execute("CREATE TYPE core_reminder AS ENUM ('staat in de weg')")
        with pytest.raises(BackupError, match="core_reminder"):
            restore_backup(made)
        assert everything() == {}


def test_programs_newer_than_the_server_leave_out_what_it_does_not_know() -> None:
    told = b"SET lock_timeout = 0;\nSET transaction_timeout = 0;\nSELECT 1;\n"
    assert restoring._for_server(15, told) == b"SET lock_timeout = 0;\nSELECT 1;\n"
    assert restoring._for_server(17, told) == told


def test_a_backup_of_a_newer_version_or_server_is_refused(empty: str, made: Path) -> None:
    rewrite(made, lambda manifest: manifest["migrations"].append("core.9999_of_later"))
    with inside(empty):
        with pytest.raises(BackupError) as caught:
            restore_backup(made)
        assert caught.value.code == "newer_version"
        rewrite(made, lambda manifest: manifest.update(migrations=[], server_major=99))
        with pytest.raises(BackupError) as caught:
            restore_backup(made)
        assert caught.value.code == "older_server"
        assert everything() == {}


def test_an_older_backup_is_migrated(
    names: Callable[[str], str], source: str, empty: str, tmp_path: Path
) -> None:
    """The back-up of a database that lacks the newest migration of core."""
    older = names(OLDER)
    _admin(f'CREATE DATABASE "{older}" TEMPLATE "{source}"')
    with inside(older):
        executor = MigrationExecutor(connection)
        (newest,) = executor.loader.graph.leaf_nodes("core")
        before = [key for key in executor.loader.graph.node_map[newest].parents if key.key[0] == "core"]
        executor.migrate([before[0].key])
        file = Path(make_backup(tmp_path / "ouder.tar")["file"])
    with inside(empty):
        assert restore_backup(file, replace=True)["migrated"] >= 1
        assert MigrationExecutor(connection).migration_plan([newest]) == []
        assert Employer.objects.exists()


def test_an_empty_database_is_nothing_to_keep(empty: str, tmp_path: Path) -> None:
    with inside(empty), pytest.raises(BackupError, match="nothing to keep"):
        make_backup(tmp_path / "leeg.tar")
    assert not (tmp_path / "leeg.tar").exists()


def test_the_commands_answer_in_json(source: str, empty: str, tmp_path: Path) -> None:
    target = tmp_path / "map"
    with inside(source):
        call_command("backup", to=target, json=True, stdout=(told := io.StringIO()))
    answer = json.loads(told.getvalue())
    assert Path(answer["file"]).parent == target
    assert answer["rows"] > 500
    with inside(empty):
        call_command("restore", answer["file"], replace=True, json=True, stdout=(told := io.StringIO()))
    assert json.loads(told.getvalue())["rows"] == answer["rows"]


def test_programs_are_new_enough_or_it_says_what_to_install() -> None:
    with pytest.raises(BackupError, match="postgresql-client"):
        programs.find_programs(99)


def test_a_password_is_not_on_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {
        "host": "db",
        "port": 5432,
        "user": "crm",
        "password": "geheim",
        "dbname": "crm",
        "sslmode": "require",
    }
    monkeypatch.setattr(connection, "get_connection_params", lambda: told)
    monkeypatch.setenv("PGOPTIONS", "-c search_path=elders")
    found = programs.environment()
    assert found["PGPASSWORD"] == "geheim"
    assert found["PGSSLMODE"] == "require"
    assert "PGOPTIONS" not in found
