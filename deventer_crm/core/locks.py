"""Locks that PostgreSQL keeps: gone with the connection, so a killed process leaves none behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.transaction import TransactionManagementError


def lock_number(name: str) -> int:
    """The signed 64-bit number PostgreSQL wants, the same for a name in every process."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


@contextmanager
def try_job_lock(name: str) -> Iterator[bool]:
    """Yields whether this process now is the only one doing the named job.

    Held by the database session and not by a transaction, so that a job may commit on its way (a digest
    is claimed and committed before it is mailed). A pooler in front of the database must therefore give
    workers a session of their own."""
    number = lock_number(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        # A connection that broke in the meantime took the lock with it. In a transaction that failed no
        # statement is accepted; jobs take the lock outside one, and then there is nothing to wait for.
        if held and connection.is_usable() and not connection.needs_rollback:
            _unlock(number)


def _unlock(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def lock_transaction(name: str) -> None:
    """Wait until this transaction is the only one doing the named job; held until it commits or rolls back.

    Raises django.db.transaction.TransactionManagementError outside a transaction, where the lock would be
    gone at once."""
    connection.validate_no_broken_transaction()
    if not connection.in_atomic_block:
        raise TransactionManagementError("A transaction lock needs a transaction.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(name)])
