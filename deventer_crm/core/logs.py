"""Log lines as JSON, one object a line, without personal data.

Only chosen keys are written: never the request, never a form, never local variables of a traceback
(structlog's development renderer prints those). A database error quotes the row it choked on in its
DETAIL line; that line is cut off."""

from __future__ import annotations

import logging.config
import re
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from structlog.typing import EventDict, WrappedLogger

QUIET_PATHS = ("/livez", "/healthz", "/static/")
#: A long random part of a path is a password: that of a mailed link, or of a personal feed.
SECRET_PART = re.compile(r"(?<=/)[A-Za-z0-9_-]{32,}(?=[./?\s]|$)")
DATABASE_DETAIL = re.compile(r"^\s*(DETAIL|CONTEXT|HINT|Failing row).*$", re.MULTILINE)


def configure(level: str = "INFO") -> None:
    """Set up structlog and the standard library's loggers; called by settings, also without Django."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_row_values,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(ensure_ascii=False),
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {
                "deventer_crm": {"level": level},
                "accounts": {"level": level},
                "employers": {"level": level},
                "meetings": {"level": level},
                "budget": {"level": level},
                "celery": {"level": level},
                "django.request": {"level": "ERROR"},  # 4xx are in our own request line
                # Runs before Django's own set-up would have, so its handlers are taken off here.
                "django": {"handlers": [], "level": "INFO"},
                "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            },
        }
    )


def without_secrets(text: str) -> str:
    """A path, or a line with one, without the parts that open something."""
    return SECRET_PART.sub("…", text)


def _without_row_values(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    for key in ("event", "exception"):
        value = event.get(key)
        if isinstance(value, str):
            event[key] = DATABASE_DETAIL.sub(r"\1 left out", value)
    said = event.get("event")
    if isinstance(said, str):  # Django's own lines on an error name the path
        event["event"] = without_secrets(said)
    return event


def _where(request: HttpRequest) -> dict[str, Any]:
    """The route and the numbers in it. Not the path itself: that of a mailed link is a password."""
    from django.urls import Resolver404, resolve

    match = request.resolver_match
    if match is None:  # answered before the view was looked up, as with a redirect to https
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return {"path": without_secrets(request.path)}
    numbers = {key: value for key, value in match.kwargs.items() if isinstance(value, int)}
    return {"route": match.route, **({"arguments": numbers} if numbers else {})}


class RequestLogMiddleware:
    """One line per request: who by number, what, how long. The query string stays out, since it holds
    what people search for. The request's id comes from the proxy or is made here, and is on every line
    that is logged while the request runs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.log = structlog.get_logger("deventer_crm.request")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if re.fullmatch(r"[A-Za-z0-9-]{8,64}", given) else uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            if not request.path.startswith(QUIET_PATHS):
                user = getattr(request, "user", None)
                self.log.info(
                    "request",
                    method=request.method,
                    **_where(request),
                    status=response.status_code,
                    milliseconds=round((time.perf_counter() - started) * 1000, 1),
                    user=user.pk if user is not None and user.is_authenticated else None,
                )
        response.headers["X-Request-ID"] = request_id
        return response
