"""Back-up and restore: one file with the database and the uploaded files, made and put back by one command.

The file is a tar: `database.dump` (pg_dump's custom format), `media/…` and at its end `manifest.json`, which
says of which version it is and holds a checksum of every part and of the rows of every table. A file that was
cut off has no manifest and is refused."""

from .archive import BackupError
from .making import make_backup
from .restoring import restore_backup

__all__ = ["BackupError", "make_backup", "restore_backup"]
