"""Guards of views: an act of R9 that is not granted answers 403 (and leaves a line in the access log)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.roles import Act

View = Callable[..., HttpResponse]


def allow(user: Any, *acts: Act) -> None:
    """Raise PermissionDenied unless the person may do at least one of the acts."""
    if not any(user.can(act) for act in acts):
        raise PermissionDenied


def require(*acts: Act) -> Callable[[View], View]:
    """Decorate a function view: one of the acts is needed."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            allow(request.user, *acts)
            return view(request, *args, **kwargs)

        return guarded

    return decorate
