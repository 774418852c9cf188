"""An answer to the council: chosen figures as of a day, on one sheet that may be published."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deventer_crm.core import badges, formatting
from deventer_crm.core.commitments import Measure
from deventer_crm.home.selectors.monitor import document_text
from deventer_crm.home.sentences import Said, say


@dataclass(frozen=True)
class CouncilSheet:
    """Sentences with where they come from. For everybody the same: nothing on it depends on the reader."""

    title: str
    said: list[Said]
    source: str
    documents: str


def council_sheet(
    measures: Iterable[Measure], codes: Collection[str], as_of: dt.date, today: dt.date
) -> CouncilSheet:
    """The sheet of the chosen commitments, in the order of the monitor."""
    chosen = [measure for measure in measures if measure.commitment.code in codes]
    day = formatting.nl_date(as_of)
    names = dict.fromkeys(document_text(measure.commitment.document) for measure in chosen)
    source = _(
        "Source: the records of the municipality of Deventer of what was agreed with its employers. Figures"
        " as of %(day)s, by what was recorded on %(today)s."
    ) % {"day": day, "today": formatting.nl_date(today)}
    return CouncilSheet(
        title=_("Commitments to employers on %(day)s") % {"day": day},
        said=[say(measure) for measure in chosen],
        source=source,
        documents=_("Policy document: %(names)s") % {"names": ", ".join(names)},
    )


def council_data(sheet: CouncilSheet) -> dict[str, Any]:
    """For the PDF."""
    return {
        "lines": [
            {
                "code": said.commitment.code,
                "name": said.commitment.sentence,
                "state": str(badges.commitment(said.state, wish=said.is_wish).word) if said.is_judged else "",
                "text": said.text,
            }
            for said in sheet.said
        ],
        "source": sheet.source,
        "documents": sheet.documents,
        "foot": _("Municipality of Deventer"),
    }
