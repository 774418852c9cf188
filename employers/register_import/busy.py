"""Somebody else was first."""

from employers.spreadsheets.errors import RefusedFile


class RegisterBusy(RefusedFile):
    """Another import of the same register holds the lock (R11); exit code 3 on the command line (R12)."""

    def __init__(self) -> None:
        super().__init__("busy")
