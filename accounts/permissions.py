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


class RequireAct:
    """Mixin of class-based views: `required_acts`, one of which is needed; `post_acts` when writing asks
    more."""

    required_acts: tuple[Act, ...] = ()
    post_acts: tuple[Act, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        acts = self.post_acts if self.post_acts and request.method == "POST" else self.required_acts
        allow(request.user, *acts)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc,no-any-return]  # View's dispatch
