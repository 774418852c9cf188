"""`commitments [--as-of D] --json` (R12): the monitor for other programs."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from deventer_crm.core import clock
from deventer_crm.core.cli import JsonCommand, iso_date
from deventer_crm.core.commitments import Measure, evaluate_all, evidence_for


class Command(JsonCommand):
    help = "Print how the commitments stand, with the records behind each figure."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=iso_date, help="the day to judge them on; default today")

    def answer(self, **options: Any) -> Mapping[str, Any]:
        as_of = options["as_of"] or clock.today()
        return {
            "as_of": as_of.isoformat(),
            "commitments": [_as_json(measure) for measure in evaluate_all(as_of)],
        }

    def describe(self, found: Mapping[str, Any]) -> list[str]:
        return [
            f"{row['code']:>4}  {row['state']:<13} {_shown(row['count'])} / {_shown(row['norm'])}"
            for row in found["commitments"]
        ]


def _shown(value: object) -> str:
    return "–" if value is None else str(value)


def _as_json(measure: Measure) -> dict[str, Any]:
    seen = measure.seen
    return {
        "code": measure.commitment.code,
        "norm": measure.norm,
        "count": measure.count,
        "planned": seen.planned,
        "state": measure.state.value,
        "forecast": measure.forecast,
        "evidence": [
            {"type": record._meta.label_lower, "id": record.pk, "label": str(record)}
            for record in evidence_for(seen.evidence).visible
        ],
    }
