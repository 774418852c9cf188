"""What every page needs around its content."""

from django.http import HttpRequest

from deventer_crm.home.navigation import Shell


def shell(request: HttpRequest) -> dict[str, Shell]:
    """`shell`: menus, person and reminders; nothing is read before a template asks."""
    return {"shell": Shell(request)}
