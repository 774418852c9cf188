"""PDFs that a screen reader can read: tagged (PDF/UA-1), fit to keep (PDF/A-2a), with fonts of their own.

A page is a Typst template below templates/ and plain data. The data travels apart from the template, as JSON:
what people typed is text there and can never be markup. The compiler refuses a document without a title or
with a heading level skipped, so what is not accessible is not made."""

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language

from deventer_crm.core import clock

FONTS = Path(__file__).resolve().parent / "fonts"


class PdfError(Exception):
    """The document could not be made; says where and why. A mistake in a template, not of the reader."""


def make_pdf(template: str, data: Mapping[str, Any], *, title: str, on: dt.date | None = None) -> bytes:
    """The document of `template` (below templates/, for instance "employers/handover_sheet.typ") with this
    data (texts, numbers, lists, dictionaries), in the language that is active. `on`: the date of the
    document, else today; the same input of the same date gives the same bytes. Raises PdfError."""
    folder = Path(settings.BASE_DIR) / "templates"
    day = on or clock.today()
    given = {
        **data,
        "title": title,
        "lang": (get_language() or "nl")[:2],
        "date": [day.year, day.month, day.day],
    }
    try:
        made = typst.compile(
            folder / template,
            root=folder,
            font_paths=[FONTS],
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"data": json.dumps(given, ensure_ascii=False)},
            pdf_standards=["a-2a", "ua-1"],
        )
    except (typst.TypstError, RuntimeError) as problem:
        raise PdfError(str(problem)) from problem
    if not isinstance(made, bytes):
        raise PdfError("no document came back")
    return made


def pdf_response(content: bytes, file_name: str) -> HttpResponse:
    """As a download that no cache keeps."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{file_name}"'
    response["Cache-Control"] = "no-store"
    return response
