"""The yardstick of every page: the least that a useful page of this application could cost.

One query over an index and a plain table of 25 rows, written by hand, for a person who is logged in. It
passes the same server, middleware and session as every page, so a ratio to it tells what a page itself costs
on any machine."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join

from employers.models import Employer

ROWS = 25


def floor(request: HttpRequest) -> HttpResponse:
    """The first employers by name."""
    employers = Employer.objects.order_by("sort_name", "pk").values_list("pk", "name", "jobs")[:ROWS]
    rows = format_html_join(
        "\n",
        '<tr><td>{}</td><td><a href="/bedrijven/{}/">{}</a></td><td>{}</td></tr>',
        ((number, pk, name, jobs) for number, (pk, name, jobs) in enumerate(employers, 1)),
    )
    return HttpResponse(
        format_html(
            '<!doctype html><html lang="nl"><title>Floor</title><p>{}</p><table>{}</table></html>',
            request.user,
            rows,
        )
    )
