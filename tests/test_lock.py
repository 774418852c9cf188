"""What gets installed: exact, hashed, from wherever the machine is told to look."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def test_the_three_locks_are_there() -> None:
    assert [lock.name for lock in LOCKS] == [
        "requirements-dev.lock",
        "requirements-local.lock",
        "requirements.lock",
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_a_host(lock: Path) -> None:
    assert "://" not in lock.read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_hashes(lock: Path) -> None:
    blocks = re.findall(r"^\S(?:.*\\\n)*.*", lock.read_text(), re.MULTILINE)
    packages = [block for block in blocks if not block.startswith("#")]
    assert len(packages) > 30
    for block in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+", block), block.splitlines()[0]
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_locks_agree_on_versions() -> None:
    pins = [dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE)) for lock in LOCKS]
    for name in set(pins[0]) & set(pins[2]):
        assert pins[0][name] == pins[2][name], name
    assert set(pins[2]) <= set(pins[1]) <= set(pins[0])


def test_psycopg_3_cannot_slip_in() -> None:
    # Django takes it before psycopg2 as soon as it can be imported, and the tests would then run on
    # another driver than production.
    assert importlib.util.find_spec("psycopg") is None
