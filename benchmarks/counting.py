"""Counts the queries of a request that asks for it; costs nothing otherwise."""

import re
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

ASKED = "HTTP_X_BENCH_COUNT"
ANSWER = "X-Bench-Queries"
#: Session, person and rights: the same on every page, the floor's too.
BOOK_KEEPING = re.compile(
    r"^(BEGIN|COMMIT|SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO|SET )"
    r"|^SELECT (?:\* FROM \(+SELECT )?(?:(?! FROM ).)*"
    r' FROM "(accounts_user|auth_permission|auth_group|django_content_type)"'
    r'|"(django_session|usersessions_usersession)"',
    re.DOTALL,
)


class SqlCountMiddleware:
    """First of all middleware, so that nothing escapes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ASKED not in request.META:
            return self.get_response(request)
        count = 0

        def counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += not BOOK_KEEPING.search(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response.headers[ANSWER] = str(count)
        return response
