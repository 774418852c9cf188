"""When servers start: on first use by a command that needs them, never when settings are imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deventer_crm.localservers import lifecycle
from deventer_crm.localservers.errors import LocalServerError
from deventer_crm.localservers.paths import SOCKET_PATH_LIMIT, LocalPaths, local_paths
from deventer_crm.localservers.processes import exclusive, is_locked

ROOT = Path(__file__).resolve().parent.parent.parent


def run(local_dir: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    left_out = {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL"}
    environment = {key: value for key, value in os.environ.items() if key not in left_out}
    environment |= {"LOCAL_DIR": str(local_dir), "PYTHONWARNINGS": "", **variables}
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def made_servers(local_dir: Path) -> bool:
    return (local_dir / "postgres").exists() or (local_dir / "run").exists()


def test_importing_settings_and_setting_up_django_starts_nothing(tmp_path: Path) -> None:
    code = "import django, deventer_crm.celery; django.setup()"
    done = run(tmp_path, "-c", code, DJANGO_SETTINGS_MODULE="deventer_crm.settings.local")
    assert done.returncode == 0, done.stderr
    assert not made_servers(tmp_path)


def test_a_command_without_need_of_a_database_starts_nothing(tmp_path: Path) -> None:
    done = run(tmp_path, "manage.py", "diffsettings")
    assert done.returncode == 0, done.stderr
    assert not made_servers(tmp_path)


def test_production_settings_never_start_local_servers(tmp_path: Path) -> None:
    code = (
        "import django; django.setup();"
        "from deventer_crm.localservers.lifecycle import configured, ensure_started;"
        "ensure_started(); print(configured())"
    )
    done = run(
        tmp_path,
        "-c",
        code,
        DJANGO_SETTINGS_MODULE="deventer_crm.settings.production",
        SECRET_KEY="x" * 60,
        ALLOWED_HOSTS="crm.example.org",
        DATABASE_URL="postgres://crm@db.invalid/crm",
        REDIS_URL="redis://redis.invalid/0",
    )
    assert done.stdout.strip() == "None", done.stderr
    assert not made_servers(tmp_path)


def test_real_addresses_take_the_place_of_the_local_servers(tmp_path: Path) -> None:
    code = (
        "from django.conf import settings as s;"
        "print(s.LOCAL_SERVERS.postgres, s.LOCAL_SERVERS.valkey, s.DATABASES['default']['HOST'],"
        " s.CELERY_BROKER_URL)"
    )
    done = run(
        tmp_path,
        "-c",
        code,
        DJANGO_SETTINGS_MODULE="deventer_crm.settings.local",
        DATABASE_URL="postgres://crm:secret@db.invalid:5433/crm",
        REDIS_URL="redis://redis.invalid:6380/2",
    )
    assert done.stdout.split() == ["False", "False", "db.invalid", "redis://redis.invalid:6380/2"], (
        done.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "starts"),
    [
        (["migrate"], True),
        (["import_register", "file.xlsx"], True),
        (["check", "--database", "default"], True),
        (["check"], False),
        (["check", "--deploy"], False),
        (["collectstatic", "--no-input"], False),
        (["compilemessages"], False),
        (["help", "migrate"], False),
        (["migrate", "--help"], False),
        ([], False),
    ],
)
def test_which_commands_start_servers(
    arguments: list[str], starts: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    monkeypatch.setattr(lifecycle, "ensure_started", lambda: calls.append("started"))
    lifecycle.before_command(["manage.py", *arguments])
    assert bool(calls) is starts


def test_a_problem_ends_the_command_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise LocalServerError("no room on the disk")

    monkeypatch.setattr(lifecycle, "ensure_started", fail)
    with pytest.raises(SystemExit, match="Error: no room on the disk"):
        lifecycle.before_command(["manage.py", "migrate"])


def test_local_dir_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCAL_DIR", raising=False)
    assert local_paths(tmp_path).root == tmp_path / ".local"
    monkeypatch.setenv("LOCAL_DIR", "elsewhere")
    assert local_paths(tmp_path).root == tmp_path / "elsewhere"
    monkeypatch.setenv("LOCAL_DIR", "/var/tmp/crm")
    assert local_paths(tmp_path).root == Path("/var/tmp/crm")


@pytest.mark.parametrize("length", [5, 60, 80, 85, 90, 200])
def test_socket_paths_always_fit(length: int) -> None:
    paths = LocalPaths(Path("/") / ("d" * length))
    assert len(str(paths.sockets / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT


def test_two_folders_never_share_a_short_socket_folder() -> None:
    folders = {LocalPaths(Path("/") / (letter * 120)).sockets for letter in "abc"}
    assert len(folders) == 3


def test_the_secret_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "local" / "secret-key"
    first = lifecycle.secret_key(path)
    assert len(first) >= 50
    assert lifecycle.secret_key(path) == first
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == ["secret-key"]


def test_a_lock_is_free_again_when_its_holder_is_killed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    code = (
        "import sys, time; from pathlib import Path;"
        "from deventer_crm.localservers.processes import exclusive\n"
        f"with exclusive(Path({str(lock)!r}), wait=0, busy='busy'):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        assert is_locked(lock)
        with pytest.raises(LocalServerError, match="in use"), exclusive(lock, wait=0.1, busy="in use"):
            pytest.fail("the lock was taken twice")
        holder.kill()
    with exclusive(lock, wait=1, busy="in use"):
        assert is_locked(lock)
    assert not is_locked(lock)
