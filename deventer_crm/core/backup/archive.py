"""The file itself: writing its parts with their checksums, and reading it with suspicion."""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST, DUMP, MEDIA = "manifest.json", "database.dump", "media/"
CHUNK = 1 << 20


class BackupError(Exception):
    """It cannot be done; the message is for an administrator, the code for a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Hashing(io.RawIOBase):
    """A file that is hashed while somebody reads it."""

    def __init__(self, inner: IO[bytes]) -> None:
        self.inner = inner
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        found = self.inner.read(size)
        self.digest.update(found)
        return found


@dataclass
class Writer:
    """Adds parts and remembers their size and checksum."""

    tar: tarfile.TarFile
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, source: Path) -> None:
        """One file under that name. Raises FileNotFoundError when it is gone."""
        with source.open("rb") as inner:
            info = tarfile.TarInfo(name)
            info.size = os.fstat(inner.fileno()).st_size
            info.mode = 0o600
            hashing = _Hashing(inner)
            self.tar.addfile(info, hashing)
        self.parts[name] = {"bytes": info.size, "sha256": hashing.digest.hexdigest()}

    def finish(self, manifest: dict[str, Any]) -> dict[str, Any]:
        whole = {"format": FORMAT, **manifest, "parts": self.parts}
        data = json.dumps(whole, indent=1, ensure_ascii=False).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(data), 0o600
        self.tar.addfile(info, io.BytesIO(data))
        return whole


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """A new file, readable by its owner only, that gets its name when it is whole and never takes the place
    of another. Raises BackupError when there is one of that name."""
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            stream.flush()
            os.fsync(stream.fileno())
        _take_name(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def _take_name(unfinished: Path, target: Path) -> None:
    exists = BackupError("exists", f"{target} exists already and is not overwritten.")
    try:
        os.link(unfinished, target)
    except FileExistsError:
        raise exists from None
    except OSError:  # a file system without links
        if target.exists():
            raise exists from None
        unfinished.rename(target)


class Reader:
    """An existing file. Raises BackupError for one that is no whole back-up of a known format."""

    def __init__(self, source: Path) -> None:
        self.source = source
        try:
            self.file = source.open("rb")
        except OSError as problem:
            raise BackupError("no_file", f"{source} cannot be read: {problem.strerror}") from None
        try:
            self.tar = tarfile.open(fileobj=self.file, mode="r:")  # noqa: SIM115 - close() closes the file
            self.members = {member.name: member for member in self.tar.getmembers()}
            stream = self.tar.extractfile(self.members[MANIFEST])
            self.manifest: dict[str, Any] = json.load(stream) if stream else {}
        except (tarfile.TarError, KeyError, ValueError, OSError) as problem:
            self.close()
            raise BackupError("not_a_backup", f"{source} is no whole back-up ({problem}).") from None
        if self.manifest.get("format") != FORMAT:
            self.close()
            raise BackupError("other_format", f"{source} is a back-up of a format that is not known here.")

    def close(self) -> None:
        self.file.close()

    def check(self) -> None:
        """Compare every part with its checksum. Raises BackupError for one that differs, is missing, was
        added, or would land outside the folder of files."""
        parts: dict[str, dict[str, Any]] = self.manifest["parts"]
        if set(parts) != set(self.members) - {MANIFEST} or DUMP not in parts:
            raise BackupError("damaged", f"{self.source} does not hold the parts that its manifest names.")
        for name, told in parts.items():
            if not self.members[name].isfile() or not _is_inside(name):
                raise BackupError("damaged", f"{self.source} holds a part that does not belong: {name}")
            digest = hashlib.sha256()
            for chunk in self.chunks(name):
                digest.update(chunk)
            if digest.hexdigest() != told["sha256"]:
                raise BackupError("damaged", f"{self.source} is damaged: {name} is not what was written.")

    def chunks(self, name: str) -> Iterator[bytes]:
        stream = self.tar.extractfile(self.members[name])
        if stream is None:
            return
        while chunk := stream.read(CHUNK):
            yield chunk

    def extract(self, name: str, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as stream:
            for chunk in self.chunks(name):
                stream.write(chunk)

    def media(self) -> list[str]:
        return [name for name in self.manifest["parts"] if name.startswith(MEDIA)]


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return name == DUMP or (name.startswith(MEDIA) and not path.is_absolute() and ".." not in path.parts)
