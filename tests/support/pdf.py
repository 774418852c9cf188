"""The words of a PDF, read back through the table of characters that each font carries: what a screen reader
and a search engine get."""

import io
import re
from collections.abc import Iterator

import pikepdf

BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
HEX = re.compile(rb"<([0-9A-Fa-f\s]+)>")


def _characters(font: pikepdf.Object) -> dict[int, str]:
    """Code of a glyph → its text."""
    found: dict[int, str] = {}
    for kind, body in BLOCK.findall(font.ToUnicode.read_bytes()):
        values = [bytes.fromhex(value.decode()) for value in HEX.findall(body)]
        step = 2 if kind == b"char" else 3
        for at in range(0, len(values) - step + 1, step):
            first, text = values[at], values[at + step - 1].decode("utf-16-be")
            last = first if step == 2 else values[at + 1]
            for offset, code in enumerate(range(int.from_bytes(first), int.from_bytes(last) + 1)):
                found[code] = text[:-1] + chr(ord(text[-1]) + offset)
    return found


def _lines(page: pikepdf.Page) -> Iterator[str]:
    fonts = {str(name): _characters(font) for name, font in page.Resources.Font.items()}
    known: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            known = fonts[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else operands
            codes = b"".join(bytes(part) for part in parts if isinstance(part, pikepdf.String))
            yield "".join(
                known.get(int.from_bytes(codes[at : at + 2]), "?") for at in range(0, len(codes), 2)
            )


def words_of(content: bytes) -> str:
    """Everything that is written in a document, one line for each piece of text."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return "\n".join(line for page in pdf.pages for line in _lines(page))
