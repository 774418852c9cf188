"""Counts the SQL of a page as the quality bars do: session and user left out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

BOOK_KEEPING = re.compile(
    r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|SET )"
    r"|^SELECT (?:\* FROM \(+SELECT )?(?:(?! FROM ).)*"
    r' FROM "(accounts_user|auth_permission|auth_group|django_content_type)"'
    r'|"(django_session|usersessions_usersession)"'
)


@contextmanager
def page_queries() -> Iterator[list[str]]:
    """Within the block the list stays empty; after it, it holds the SQL that counts."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [query["sql"] for query in captured.captured_queries if not BOOK_KEEPING.search(query["sql"])]
