"""`manage.py localservers start|stop|status|reset`: the embedded PostgreSQL and Valkey by hand."""

import shutil
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from deventer_crm.localservers import lifecycle, supervisor
from deventer_crm.localservers.errors import LocalServerError


class Command(BaseCommand):
    """A tool for the person at the terminal; like all of `localservers` it speaks English."""

    help = "Start, stop or show the embedded PostgreSQL and Valkey, or throw their data away."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status", "reset"])
        parser.add_argument("--yes", action="store_true", help="reset without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        servers = getattr(settings, "LOCAL_SERVERS", None)
        if servers is None:
            raise CommandError("These settings use no local servers.")
        try:
            getattr(self, options["action"])(servers, **options)
        except LocalServerError as problem:
            raise CommandError(str(problem)) from problem

    def start(self, servers: lifecycle.LocalServers, **options: Any) -> None:
        lifecycle.ensure_started(servers)
        self.status(servers)

    def stop(self, servers: lifecycle.LocalServers, **options: Any) -> None:
        ended = supervisor.stop_everything(servers)
        self.stdout.write(f"Stopped: {', '.join(ended)}." if ended else "Nothing was running.")

    def status(self, servers: lifecycle.LocalServers, **options: Any) -> None:
        for server in lifecycle.status(servers):
            if not server.ours and not server.running:
                self.stdout.write(f"{server.name}: a real server, named by the environment")
            elif server.running:
                self.stdout.write(f"{server.name}: running (process {server.pid})")
            else:
                self.stdout.write(f"{server.name}: not running")
        running = supervisor.running(servers.paths)
        if running:
            self.stdout.write(f"Web and worker: {running['address']} (process {running['pid']})")

    def reset(self, servers: lifecycle.LocalServers, **options: Any) -> None:
        paths = servers.paths
        if not options["yes"]:
            answer = input(f"Throw away ALL data in {paths.root}? Type 'yes': ")
            if answer.strip().lower() != "yes":
                raise CommandError("Nothing was thrown away.")
        supervisor.stop_everything(servers)
        for folder in (paths.pg_data, paths.valkey_data, paths.root / "media", paths.root / "mail"):
            if folder.exists():
                shutil.rmtree(folder)
        for file in (paths.prepared, paths.seeding, paths.demo_accounts):
            file.unlink(missing_ok=True)
        for file in paths.root.glob("beat-schedule*"):
            file.unlink()
        self.stdout.write(f"Thrown away: the data in {paths.root}.")
