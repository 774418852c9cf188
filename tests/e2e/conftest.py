"""A worker of its own for each test: between tests the database is emptied, content types get new numbers,
and a worker that lived through it would remember the old ones."""

from collections.abc import Iterator

import pytest

from tests.support.worker import WorkerProcess


@pytest.fixture
def worker(
    broker: None, transactional_db: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkerProcess]:
    """A running worker that sees what this test commits."""
    process = WorkerProcess(tmp_path_factory.mktemp("worker") / "worker.log").start()
    yield process
    process.kill()
