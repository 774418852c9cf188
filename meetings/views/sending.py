"""What these views share."""

from django.http import HttpRequest, QueryDict


def sent(request: HttpRequest) -> QueryDict | None:
    """What was posted, also when that is nothing at all: an empty form is wrong, not new."""
    return request.POST if request.method == "POST" else None
