"""Request middleware: the trail's context, and the manners of htmx answers."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from pghistory.middleware import HistoryMiddleware

from deventer_crm.core.logs import without_secrets
from deventer_crm.core.memo import remembering


class NulMiddleware:
    """Refuses an address with a NUL in it: PostgreSQL knows no text with one, so every filter and look-up
    that got it would end in an error page. Fields of a form say it beside the field."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or any("\0" in text for text in _query_texts(request)):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


def _query_texts(request: HttpRequest) -> Iterator[str]:
    for name, values in request.GET.lists():
        yield name
        yield from values


class MemoryMiddleware:
    """A page that only reads reads each shared thing once (settings, whom a record is hidden from): what it
    shows is then of one moment. Requests that write remember nothing, so they never act on an old value."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with remembering():
            return self.get_response(request)


class TrailContextMiddleware(HistoryMiddleware):
    """Tells the trail's triggers who changes something and from which page (R13)."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        context["source"] = "web"
        context["url"] = without_secrets(context.get("url", ""))
        return context


class ChosenLanguageMiddleware(LocaleMiddleware):
    """Dutch first: only a language the person chose (the cookie of the switch) changes it, not the browser's
    own preference, which in a town hall says more about who installed it."""

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _name in settings.LANGUAGES}
        translation.activate(chosen if chosen in known else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()


class HtmxEtiquetteMiddleware:
    """Full page and fragment share a URL: caches must tell them apart, and a fragment request whose session
    has ended must lead the whole browser to the log-in page instead of pasting it into a card."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if (
            getattr(request, "htmx", False)
            and response.status_code == 302
            and not request.user.is_authenticated
        ):
            location = response.headers["Location"]
            response = HttpResponse(status=204)
            response.headers["HX-Redirect"] = location
        return response
