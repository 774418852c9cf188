"""Divides hours over parts to the hundredth, so that the parts add up to what was typed. Pure."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def by_percentage(hours: Decimal, percent: Decimal) -> tuple[Decimal, Decimal]:
    """The part of that percentage, rounded, and the rest (R6: joint hours)."""
    first = (hours * percent / 100).quantize(CENT, ROUND_HALF_UP)
    return first, hours - first


def divide(hours: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Parts in proportion to the weights, in hundredths. Each is at most a hundredth away from its exact
    share and they add up to `hours`: what rounding down leaves goes to the largest remainders, the first of
    equals.

    Raises ValueError when there is nothing to weigh by, a weight is negative, or hours has more than two
    decimals."""
    total = sum((Decimal(weight) for weight in weights), Decimal(0))
    if total <= 0 or any(weight < 0 for weight in weights) or hours != hours.quantize(CENT):
        raise ValueError("hours cannot be divided by these weights")
    exact = [hours * Decimal(weight) / total for weight in weights]
    parts = [share.quantize(CENT, ROUND_FLOOR) for share in exact]
    left = int((hours - sum(parts, Decimal(0))) / CENT)
    largest = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in largest[:left]:
        parts[at] += CENT
    return parts
