"""What kind of file a delivery is, judged before anything of it is unpacked (R11): by its first bytes, never
by its name. All refusals are `RefusedFile`."""

from __future__ import annotations

import codecs
import os
import re
import time
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from .errors import RefusedFile

MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What is still taken for a register file; sizes in bytes. 100,000 rows of 24 columns are about
    12 MB packed and 130 MB unpacked, so the defaults leave ample room."""

    file_size: int = 60 * MB
    unpacked_size: int = 600 * MB
    ratio: int = 120  # unpacked : packed of one part, judged above `ratio_from`
    ratio_from: int = 20 * MB
    entries: int = 2_000
    rows: int = 250_000
    columns: int = 300
    settle_seconds: float = 0.4


def sniff(path: Path, limits: Limits | None = None) -> str:
    """ "xlsx" or "csv", by a first look that unpacks nothing. Raises RefusedFile; for the upload form, so
    that the wrong file is told at once, beside the field."""
    limits = limits or Limits()
    settled_state(path, limits)
    return kind_of(path, limits)


def state_of(path: Path) -> tuple[int, int]:
    """Size and time of last change. Raises RefusedFile when the file is not there."""
    try:
        stat = path.stat()
    except OSError as error:
        raise RefusedFile("missing_file", name=path.name) from error
    return stat.st_size, stat.st_mtime_ns


def settled_state(path: Path, limits: Limits) -> tuple[int, int]:
    """Size and time of the file; a file touched seconds ago is looked at twice, it may be growing."""
    if not path.is_file() or not os.access(path, os.R_OK):
        raise RefusedFile("missing_file", name=path.name)
    state = state_of(path)
    if time.time() - state[1] / 1e9 < 5:
        time.sleep(limits.settle_seconds)
        if state_of(path) != state:
            raise RefusedFile("unfinished_file")
    if state[0] == 0:
        raise RefusedFile("empty_file")
    if state[0] > limits.file_size:
        raise RefusedFile("too_large", size=f"{state[0] / MB:.0f}", limit=f"{limits.file_size / MB:.0f}")
    return state


def kind_of(path: Path, limits: Limits) -> str:
    """ "xlsx" or "csv". Raises RefusedFile for anything else, and for an archive that is unsafe to unpack."""
    with path.open("rb") as file:
        head = file.read(8192)
    if head.startswith(b"PK\x03\x04"):
        _check_archive(path, limits)
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        with path.open("rb") as file:
            start = file.read(MB)
        encrypted = "EncryptedPackage".encode("utf-16-le") in start
        raise RefusedFile("encrypted_file" if encrypted else "old_excel")
    if _looks_like_text(head):
        return "csv"
    raise RefusedFile("not_a_spreadsheet")


def _looks_like_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<", b"%pdf", b"{\\rtf", b"pk\x05\x06")):
        return False
    # Control characters other than tab, line ends and form feed do not occur in a delimited file.
    return not re.search(rb"[\x00-\x08\x0b\x0e-\x1f]", head)


def _check_archive(path: Path, limits: Limits) -> None:
    """Refuse macro files, other packages and bombs before anything is unpacked.

    The sizes come from the archive's own directory; zipfile never hands out more than they say and a lie
    ends in BadZipFile, so the sum bounds what can be unpacked.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > limits.entries:
                raise RefusedFile("suspicious_archive")
            if sum(entry.file_size for entry in entries) > limits.unpacked_size:
                raise RefusedFile("unpacked_too_large", limit=limits.unpacked_size // MB)
            for entry in entries:
                if entry.flag_bits & 0x1:
                    raise RefusedFile("encrypted_file")
                if entry.file_size > limits.ratio_from and entry.file_size > limits.ratio * max(
                    entry.compress_size, 1
                ):
                    raise RefusedFile("suspicious_archive")
            names = {entry.filename.lower() for entry in entries}
            _check_package(archive, names)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise RefusedFile("unfinished_file") from error


def _check_package(archive: zipfile.ZipFile, names: set[str]) -> None:
    if "mimetype" in names:
        with archive.open("mimetype") as part:
            if b"opendocument.spreadsheet" in part.read(200):
                raise RefusedFile("other_spreadsheet", kind="ods")
    if "[content_types].xml" not in names:
        raise RefusedFile("not_a_spreadsheet")
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise RefusedFile("macro_file")
    with archive.open("[Content_Types].xml") as part:
        types = part.read(2 * MB).lower()
    if b"macroenabled" in types:
        raise RefusedFile("macro_file")
    if any(name.startswith("xl/workbook.bin") for name in names):
        raise RefusedFile("other_spreadsheet", kind="xlsb")
    if b"spreadsheetml.sheet.main" not in types:
        raise RefusedFile("not_a_spreadsheet")
