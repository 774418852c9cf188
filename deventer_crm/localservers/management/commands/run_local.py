"""`manage.py run_local`: everything on this machine with one command; `make run` calls it."""

import contextlib
import io
import os
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from deventer_crm.localservers.errors import LocalServerError
from deventer_crm.localservers.lifecycle import ensure_started
from deventer_crm.localservers.postgres import Postgres
from deventer_crm.localservers.supervisor import Supervisor, fingerprint


class Command(BaseCommand):
    """A tool for the person at the terminal; like all of `localservers` it speaks English."""

    help = "Start the servers, bring the database up to date, fill it with demo data, serve the pages."
    requires_system_checks: list[str] = []  # migrate does them when something changed

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
        parser.add_argument(
            "--demo",
            default="small",
            help="size of the demo data an empty database gets (see demo_data), or 'none'",
        )
        parser.add_argument(
            "--only-prepare", action="store_true", help="bring the database up to date, fill it, and stop"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        servers = getattr(settings, "LOCAL_SERVERS", None)
        if servers is None:
            raise CommandError("run_local is for local settings; production runs gunicorn and celery itself.")
        self.demo = options["demo"]
        self.paths = servers.paths
        self.servers = servers
        if options["only_prepare"]:
            ensure_started(servers)
            self.prepare()
            if self.paths.demo_accounts.exists():
                self.say(self.paths.demo_accounts.read_text())
            return
        supervisor = Supervisor(
            servers,
            host=options["host"],
            port=options["port"],
            base_dir=settings.BASE_DIR,
            say=self.say,
        )
        try:
            supervisor.run(self.prepare)
        except LocalServerError as problem:
            raise CommandError(str(problem)) from problem

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def prepare(self) -> None:
        """Migrate and fill, both in this process and both only when there is something to do."""
        if self.paths.seeding.exists() and self.servers.postgres:
            self.say("Filling the demo database was cut off last time; it starts again.")
            Postgres(self.paths).recreate_database()
            self.paths.prepared.unlink(missing_ok=True)
            self.paths.seeding.unlink()
        code = fingerprint(settings.BASE_DIR, self._app_folders(), self._database())
        if self.paths.prepared.exists() and self.paths.prepared.read_text() == code:
            return
        with self._not_waiting_for_the_disk():
            started = time.monotonic()
            self.say("Bringing the database up to date …")
            call_command("migrate", verbosity=0, interactive=False)
            self.say(f"  done in {time.monotonic() - started:.1f} s")
            if self.demo != "none" and not get_user_model().objects.exists():
                self._fill()
        self.paths.prepared.write_text(code)

    @contextlib.contextmanager
    def _not_waiting_for_the_disk(self) -> Iterator[None]:
        """Thousands of small commits need not each wait for the disk: what a power cut could take is made
        again at the next start. The last commit waits, and takes all before it along."""
        from django.db import connection

        connection.close()
        os.environ["PGOPTIONS"] = "-c synchronous_commit=off"
        try:
            yield
        finally:
            del os.environ["PGOPTIONS"]
            connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")  # a transaction number makes it a real commit
        connection.close()

    def _fill(self) -> None:
        started = time.monotonic()
        self.say(f"Filling it with demo data ({self.demo}) …")
        self.paths.seeding.touch()
        # Its accounts are shown with the address, and kept in a file for later starts.
        call_command("demo_data", size=self.demo, stdout=io.StringIO(), stderr=self.stderr)
        self.paths.seeding.unlink()
        self.say(f"  done in {time.monotonic() - started:.1f} s")

    def _app_folders(self) -> list[Path]:
        """The folders of our own apps; those of the libraries lie in the checkout too, under .venv."""
        folders = [Path(app.path) for app in apps.get_app_configs()]
        inside = [folder for folder in folders if settings.BASE_DIR in folder.parents]
        return [folder for folder in inside if ".venv" not in folder.relative_to(settings.BASE_DIR).parts]

    def _database(self) -> str:
        """Names the database and tells a new one from an old one under the same name."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT oid, datname FROM pg_database WHERE datname = current_database()")
            oid, name = cursor.fetchone()
        connection.close()
        return f"{settings.DATABASES['default']['HOST']} {name} {oid}"
