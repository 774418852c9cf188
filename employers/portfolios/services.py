"""Writing down whose portfolio a sector or area is."""

import datetime as dt
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from deventer_crm.core import clock
from deventer_crm.core.services import save_tracked
from employers.models import Portfolio

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def start_portfolio(portfolio: Portfolio, *, by: "User") -> Portfolio:
    """A sector or area goes to somebody from a day on. Whoever had it has it until the day before; a row that
    begins later ends the new one in time.

    The employers stay with their account managers: what moves them is a hand-over. Raises ValidationError
    for a sector and an area at once or none, or when somebody else's begins that very day."""
    about = _about(portfolio)
    rows = Portfolio.objects.select_for_update(of=("self",)).filter(**about)
    current = rows.on(portfolio.starts_on).first()
    if current is not None:
        if current.starts_on == portfolio.starts_on:
            raise ValidationError(
                {
                    "starts_on": _("This is %(name)s's from that day on. Change that row instead.")
                    % {"name": current.user}
                }
            )
        current.ends_on = portfolio.starts_on - dt.timedelta(days=1)
        save_tracked(current, by=by)
    later = rows.filter(starts_on__gt=portfolio.starts_on).order_by("starts_on").first()
    if later is not None and (portfolio.ends_on is None or portfolio.ends_on >= later.starts_on):
        portfolio.ends_on = later.starts_on - dt.timedelta(days=1)
    return save_tracked(portfolio, by=by)


def _about(portfolio: Portfolio) -> dict[str, int]:
    if bool(portfolio.sector_id) == bool(portfolio.area_id):
        raise ValidationError(_("A portfolio is a sector or an area, not both."))
    if portfolio.sector_id:
        return {"sector_id": portfolio.sector_id}
    assert portfolio.area_id is not None  # noqa: S101 - one of the two, said above
    return {"area_id": portfolio.area_id}


@transaction.atomic
def end_portfolio(portfolio: Portfolio, *, by: "User") -> None:
    """Nobody's any more from today on: one that begins later goes, another had its last day yesterday."""
    row = Portfolio.objects.select_for_update(of=("self",)).filter(pk=portfolio.pk).first()
    today = clock.today()
    if row is None:
        return  # somebody else did it this very moment
    if row.starts_on >= today:
        row.delete()
    elif row.ends_on is None or row.ends_on >= today:
        row.ends_on = today - dt.timedelta(days=1)
        save_tracked(row, by=by)
