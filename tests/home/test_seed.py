"""The commitments a new installation starts with."""

import datetime as dt
from decimal import Decimal

import pytest

from deventer_crm.core.commitments import MEASURES, norm_on
from deventer_crm.core.models import Commitment, CommitmentNorm, PolicyDocument
from deventer_crm.home.seed import DOCUMENT, STARTS, sync_commitments

pytestmark = pytest.mark.django_db


def test_a_new_database_has_all_fourteen_and_they_are_valid_today() -> None:
    codes = list(Commitment.objects.on(dt.date(2026, 11, 23)).values_list("code", flat=True))
    assert codes == [f"C{number}" for number in range(1, 15)]


def test_a_second_sync_adds_nothing() -> None:
    assert sync_commitments() == 0


def test_what_was_edited_stays_edited() -> None:
    row = Commitment.objects.get(code="C2")
    row.sentence_nl = "Zoals wij het nu zeggen"
    row.save()
    CommitmentNorm.objects.filter(commitment=row).update(value=Decimal(2))
    assert sync_commitments() == 0
    row.refresh_from_db()
    assert row.sentence_nl == "Zoals wij het nu zeggen"
    assert norm_on(row, dt.date(2026, 1, 1)).value == 2


def test_a_missing_one_comes_back_and_a_renamed_document_is_left_alone() -> None:
    CommitmentNorm.objects.filter(commitment__code="C14").delete()
    Commitment.objects.filter(code="C14").delete()
    assert sync_commitments() == 1
    PolicyDocument.objects.filter(name=DOCUMENT).update(name="Opvolger")
    assert sync_commitments() == 0
    assert PolicyDocument.objects.count() == 1


def test_start_norms_of_the_design() -> None:
    norms = {row.code: norm_on(row, dt.date(2026, 1, 1)) for row in Commitment.objects.all()}
    found = {code: (norm.value, norm.tolerance) for code, norm in norms.items() if norm}
    assert {code: found[code] for code in ("C1", "C2", "C3", "C4", "C5")} == {
        "C1": (20, 0),
        "C2": (1, 0),
        "C3": (3, 0),
        "C4": (1, 0),
        "C5": (80, 2),
    }


def test_every_named_measure_is_registered() -> None:
    assert {start.measure for start in STARTS if start.measure} <= set(MEASURES)
