"""Signals on the dossier, on mijn week and in the list of employers."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.roles import Act, Role
from deventer_crm.core import clock
from deventer_crm.core.panels import Panel, column, panel
from deventer_crm.core.statements import PreparedFor
from employers.models import AccountAssignment, Employer
from employers.signals import signals_for, strongest

if TYPE_CHECKING:
    from accounts.models import User

SHOWN_IN_WEEK = 5
#: Mijn week has a card with everybody who was not spoken with for long.
IN_OWN_CARD = frozenset({"silent"})


@panel("employer.side", order=10)
def signals_of(employer: Any, user: "User") -> Panel | None:
    """Each signal with its reason, source and day, and what people said is not so; nothing without any."""
    if not user.can(Act.SEE_DOSSIERS) or employer.is_natural_person:
        return None
    found = signals_for([employer.pk], user).get(employer.pk, [])
    objections = employer.objections
    if not found and not objections:
        return None
    edits, keeps = user.can(Act.EDIT_EMPLOYER), user.can(Act.KEEP_PORTFOLIOS)
    context = {
        "signals": found,
        "objections": [
            (
                row | {"made_on": dt.date.fromisoformat(row["made_on"])},
                edits and (keeps or row["by"] == user.pk),
            )
            for row in objections
        ],
        "employer": employer,
        "objects": edits,
    }
    return Panel("employers/signal_panel.html", context)


@panel("week.side", order=20)
def signals_in_my_portfolio(reader: Any, user: "User") -> Panel | None:
    """The few most pressing ones among the employers of this account manager."""
    if not user.has_role(Role.ACCOUNT_MANAGER):
        return None
    today = clock.today()
    rows = _portfolio_of.rows(user, today=today)
    shown = strongest(rows, user, today, SHOWN_IN_WEEK, without=IN_OWN_CARD)
    return Panel("employers/signal_week.html", {"rows": shown}) if shown else None


@PreparedFor
def _portfolio_of(user: "User", *, today: dt.date) -> "QuerySet[Employer]":
    """The employers of an account manager that day, as far as this one may know of them."""
    mine = AccountAssignment.objects.on(today).filter(user=user.pk).order_by().values("employer")
    rows: QuerySet[Employer] = Employer.objects.visible_to(user).filter(pk__in=mine)
    return rows.only("name", "sort_name").order_by()


@column("employers.list", label=_("Signals"), order=70, shown=False, right=Act.SEE_DOSSIERS)
def signal_column(employers: list[Any], user: "User") -> dict[int, Any]:
    """For the whole page at once."""
    found = signals_for([employer.pk for employer in employers], user)
    return {
        pk: {
            "template": "employers/signal_cell.html",
            "signals": rows,
            "text": ", ".join(str(row.label) for row in rows),
        }
        for pk, rows in found.items()
    }
