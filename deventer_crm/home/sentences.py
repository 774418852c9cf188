"""Figures of commitments as full sentences, ready to be published: for an answer to the council.

They hold totals only. What a measure says for colleagues (headline, notes) may name an employer or a party,
so it is never taken over here (R10); each measure has its own sentence, made of its numbers. Totals include
what is confidential, as on the monitor."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deventer_crm.core import formatting
from deventer_crm.core.commitments import Measure, State
from deventer_crm.core.models import Commitment
from deventer_crm.home.selectors.monitor import in_unit

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Said:
    """One figure in words."""

    commitment: Commitment
    state: str
    is_wish: bool
    text: str
    is_judged: bool = True

    @property
    def anchor(self) -> str:
        """Where the sentence stands on the page, for the button that copies it."""
        return f"zin-{self.commitment.code.lower()}"


def say(measure: Measure) -> Said:
    """The figure, the norm and the judgement (R6) in two to four sentences; or that there is none and why."""
    parts = [*_facts(measure), *_judgement(measure)]
    text = " ".join(part for part in parts if part)
    counted_only = measure.norm is None and not measure.seen.missing
    return Said(measure.commitment, measure.state.value, measure.is_wish, text, is_judged=not counted_only)


def _facts(measure: Measure) -> list[str]:
    seen = measure.seen
    if seen.missing or seen.count is None:
        words = {"sentence": measure.commitment.sentence, "day": formatting.nl_date(measure.as_of)}
        reason = str(seen.missing)
        return [_("On %(day)s there are no figures yet about “%(sentence)s”.") % words, reason]
    fact = FACTS.get(measure.commitment.measure, _plain)
    return [fact(measure), _norm(measure)]


def _judgement(measure: Measure) -> list[str]:
    if measure.seen.missing or measure.seen.count is None:
        return []
    if measure.norm is None:
        return [_("No norm was agreed for this.")]
    return [_state_sentence(measure.state, wish=measure.is_wish)]


def _state_sentence(state: State, *, wish: bool) -> str:
    if wish:
        return {
            State.ACHIEVED: _("The wish is fulfilled."),
            State.ON_TRACK: _("The wish is on schedule."),
            State.AT_RISK: _("The wish is in danger."),
            State.MISSED: _("The wish was not kept."),
        }.get(state, "")
    return {
        State.ACHIEVED: _("The commitment is kept."),
        State.ON_TRACK: _("The commitment is on schedule."),
        State.AT_RISK: _("The commitment is in danger."),
        State.MISSED: _("The commitment was not kept."),
    }.get(state, "")


def _norm(measure: Measure) -> str:
    """The norm where the fact itself does not say it."""
    if measure.norm is None or measure.commitment.measure == "top_list_duty":
        return ""
    words = {"norm": in_unit(measure.norm, measure.commitment.unit)}
    if not measure.tolerance:
        return _("The norm is %(norm)s.") % words
    points = measure.tolerance
    words["points"] = formatting.number(points, 0 if points == points.to_integral_value() else 1)
    return _("The norm is %(norm)s, with a margin of %(points)s percentage points.") % words


def _when(measure: Measure) -> dict[str, str]:
    return {"year": measure.period.label, "day": formatting.nl_date(measure.as_of)}


def _in_a_row(parts: list[str]) -> str:
    """ "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return _("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}


def _planned(measure: Measure) -> str:
    """What is still to come, as a sentence; "" when nothing is."""
    count = int(measure.seen.planned)
    if not count:
        return ""
    return ngettext("%(count)d more is planned.", "%(count)d more are planned.", count) % {"count": count}


def _largest(measure: Measure) -> str:
    """C1: spoken, only invited and nothing are never one number (R5)."""
    parts, met = measure.seen.parts, int(measure.seen.count or 0)
    said = [
        (
            parts["spoken"],
            ngettext("%(count)d was spoken with", "%(count)d were spoken with", parts["spoken"]),
        ),
        (
            parts["invited"],
            ngettext("%(count)d was only invited", "%(count)d were only invited", parts["invited"]),
        ),
        (
            parts["planned"],
            ngettext(
                "with %(count)d a talk is planned", "with %(count)d a talk is planned", parts["planned"]
            ),
        ),
        (
            parts["nothing"],
            ngettext(
                "for %(count)d there is nothing yet",
                "for %(count)d there is nothing yet",
                parts["nothing"],
            ),
        ),
    ]
    apart = _in_a_row([text % {"count": count} for count, text in said if count])
    words = {**_when(measure), "listed": parts["listed"], "met": met, "apart": apart}
    if not met:
        return (
            _(
                "None of the %(listed)d largest employers had a visit by or an invitation from the college in"
                " %(year)s, up to and including %(day)s: %(apart)s."
            )
            % words
        )
    return (
        ngettext(
            "Of the %(listed)d largest employers %(met)d had a visit by or an invitation from the college in"
            " %(year)s, up to and including %(day)s: %(apart)s.",
            "Of the %(listed)d largest employers %(met)d had a visit by or an invitation from the college in"
            " %(year)s, up to and including %(day)s: %(apart)s.",
            met,
        )
        % words
    )


def _boards(measure: Measure) -> str:
    count = int(measure.seen.count or 0)
    if not count:
        text = _("In %(year)s the boards and the college have not met yet, up to and including %(day)s.")
    else:
        text = ngettext(
            "In %(year)s the boards and the college met %(count)d time, up to and including %(day)s.",
            "In %(year)s the boards and the college met %(count)d times, up to and including %(day)s.",
            count,
        )
    return _and_planned(text % {**_when(measure), "count": count}, measure)


def _chairs(measure: Measure) -> str:
    count = int(measure.seen.count or 0)
    if not count:
        text = _("In %(year)s the chairs have not met yet, up to and including %(day)s.")
    else:
        text = ngettext(
            "In %(year)s the chairs met %(count)d time, up to and including %(day)s.",
            "In %(year)s the chairs met %(count)d times, up to and including %(day)s.",
            count,
        )
    return _and_planned(text % {**_when(measure), "count": count}, measure)


def _themed(measure: Measure) -> str:
    count = int(measure.seen.count or 0)
    if not count:
        text = _("In %(year)s the parties have not held a themed meeting yet, up to and including %(day)s.")
    else:
        text = ngettext(
            "In %(year)s the parties held %(count)d themed meeting together, up to and including %(day)s.",
            "In %(year)s the parties held %(count)d themed meetings together, up to and including %(day)s.",
            count,
        )
    return _and_planned(text % {**_when(measure), "count": count}, measure)


def _and_planned(text: str, measure: Measure) -> str:
    return " ".join(filter(None, [text, _planned(measure)]))


def _division(measure: Measure) -> str:
    first, rest = formatting.ratio((measure.seen.count or Decimal(0)) / HUNDRED).split("/")
    words = {"year": measure.period.label, "first": first, "rest": rest}
    return (
        _(
            "In the budget of %(year)s %(first)s%% is reserved for the sectors and %(rest)s%% for the inner"
            " city."
        )
        % words
    )


def _account_managers(measure: Measure) -> str:
    managed, total = measure.seen.parts["managed"], measure.seen.parts["total"]
    words = {
        "day": formatting.nl_date(measure.as_of),
        "total": formatting.number(total),
        "managed": formatting.number(managed),
        "share": in_unit(measure.seen.count, Commitment.Unit.PERCENT),
    }
    if not managed:
        text = ngettext(
            "On %(day)s the one employer that should have an account manager had none.",
            "On %(day)s none of the %(total)s employers that should have an account manager had one.",
            total,
        )
    else:
        text = ngettext(
            "On %(day)s %(managed)s of the %(total)s employers that should have an account manager had one"
            " (%(share)s).",
            "On %(day)s %(managed)s of the %(total)s employers that should have an account manager had one"
            " (%(share)s).",
            managed,
        )
    return text % words


def _talks(measure: Measure) -> str:
    count = int(measure.seen.count or 0)
    if not count:
        text = _(
            "In %(year)s nobody has spoken with employers yet about hiring and retraining residents, up to"
            " and including %(day)s."
        )
    else:
        text = ngettext(
            "In %(year)s there was %(count)s talk with employers about hiring and retraining residents, up"
            " to and including %(day)s.",
            "In %(year)s there were %(count)s talks with employers about hiring and retraining residents, up"
            " to and including %(day)s.",
            count,
        )
    return text % {**_when(measure), "count": formatting.number(count)}


def _reserved(measure: Measure) -> str:
    words = {"year": measure.period.label, "hours": formatting.hours(measure.seen.count)}
    return _("For %(year)s %(hours)s are reserved for these commitments.") % words


def _plain(measure: Measure) -> str:
    """A measure without a sentence of its own."""
    words = {
        "sentence": measure.commitment.sentence,
        "day": formatting.nl_date(measure.as_of),
        "now": in_unit(measure.seen.count, measure.commitment.unit),
    }
    return _("On %(day)s the figure of “%(sentence)s” is %(now)s.") % words


FACTS: dict[str, Callable[[Measure], str]] = {
    "top_list_duty": _largest,
    "boards_meeting": _boards,
    "chairs_meeting": _chairs,
    "themed_meeting": _themed,
    "budget_split": _division,
    "account_management": _account_managers,
    "workforce_talks": _talks,
    "budget_years": _reserved,
}
