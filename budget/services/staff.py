"""Who is who in the system of the organisation."""

from django.db import transaction

from accounts.models import User
from budget.models import StaffNumber
from deventer_crm.core.services import save_tracked


@transaction.atomic
def set_staff_number(user: User, number: str, *, by: User) -> StaffNumber | None:
    """The number of somebody, or none for an empty one. Raises ValidationError when it is somebody else's."""
    row = StaffNumber.objects.select_for_update().filter(user=user).first()
    if not number.strip():
        if row is not None:
            row.delete()
        return None
    row = row or StaffNumber(user=user)
    row.number = number.strip()
    return save_tracked(row, by=by)
