"""A form that is sent twice does its work once. A second press of the button, or a proxy that tries again,
sends the very same form; Django's CSRF token is masked anew each time a form is drawn, so the token in it
tells one drawn form from another, without JavaScript and without a field of our own."""

import hashlib
import time
from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

#: How long a form that was sent is remembered.
REMEMBERED_FOR = 5 * 60
#: How long a second press waits for the answer to the first, in seconds.
PATIENCE, STEP = 5.0, 0.1
BUSY = "…"


class OnceMiddleware:
    """Only a form that did its work is remembered: one that was refused, or failed, may be sent again.
    The memory is the cache in the database, which all web processes share."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = _key(request)
        if key is None:
            return self.get_response(request)
        if not cache.add(key, BUSY, REMEMBERED_FOR):
            earlier = _answer(key)
            if earlier is not None:
                return _again(request, earlier)
        done = ""
        try:
            response = self.get_response(request)
            if response.status_code in {302, 303}:
                done = response.headers["Location"]
            elif getattr(request, "did_its_work", False):
                done = request.get_full_path()
        finally:
            if done:
                cache.set(key, done, REMEMBERED_FOR)
            else:
                cache.delete(key)
        return response


def did_its_work(request: HttpRequest) -> None:
    """For a view that answers a form that did its work with a page instead of a redirect (htmx)."""
    request.did_its_work = True  # type: ignore[attr-defined]  # a note for the middleware above


def _key(request: HttpRequest) -> str | None:
    if request.method != "POST" or not request.user.is_authenticated:
        return None
    token = request.POST.get("csrfmiddlewaretoken")
    if not token:  # a header's token is that of the page, not of one form
        return None
    files = [(name, str(file), getattr(file, "size", 0)) for name, file in request.FILES.items()]
    said = (request.user.pk, request.get_full_path(), token, sorted(request.POST.lists()), files)
    return "once:" + hashlib.sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()


def _answer(key: str) -> str | None:
    """Where the first press led; None: it did not do its work, so this one may."""
    until = time.monotonic() + PATIENCE
    while (found := cache.get(key)) == BUSY and time.monotonic() < until:
        time.sleep(STEP)
    return found if found is None or isinstance(found, str) else None


def _again(request: HttpRequest, earlier: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    return HttpResponseRedirect(request.get_full_path() if earlier == BUSY else earlier)
