"""The search box above every page, and the page behind it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import require
from accounts.roles import Act
from deventer_crm.core.search import MOST_LETTERS, Answer, search_everything

#: Hits of each kind: under the box while somebody types, and on the page.
TYPED_HITS, PAGE_HITS = 4, 8
#: While typing, fewer letters would read whole tables to find everything.
FEWEST_TYPED = 3


@require_safe
@require(Act.SEE_HEADERS)
def search(request: HttpRequest) -> HttpResponse:
    """All kinds of records by one question; for the search box only the hits."""
    user: Any = request.user
    asked = request.GET.get("q", "").strip()[:MOST_LETTERS]
    typing = bool(request.htmx) and request.htmx.target == "search-hits"
    answer = Answer([])
    if asked and (not typing or len(asked) >= FEWEST_TYPED):
        answer = search_everything(asked, user, TYPED_HITS if typing else PAGE_HITS)
    template = "home/search.html#hits" if typing else "home/search.html"
    return render(request, template, {"answer": answer, "asked": asked, "typing": typing})
