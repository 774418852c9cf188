"""Dockerfile and compose file, without an engine: linted, compared with the schema, and read for what an
installation relies on."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = ROOT / "docker-compose.yml"
PROGRAMS = Path(sys.executable).parent


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def compose() -> Any:
    return YAML(typ="safe").load(COMPOSE.read_text(encoding="utf-8"))


def test_hadolint_has_nothing_to_say() -> None:
    run(str(PROGRAMS / "hadolint"), "Dockerfile")


def test_hadolint_would_say_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:latest\nRUN cd /srv && sudo true\n")
    with pytest.raises(AssertionError, match="DL"):
        run(str(PROGRAMS / "hadolint"), str(tmp_path / "Dockerfile"))


def test_the_compose_file_fits_its_schema() -> None:
    run(str(PROGRAMS / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def test_everything_that_keeps_running_says_how_it_is(compose: Any) -> None:
    """The web container by the image's own check."""
    for name, service in compose["services"].items():
        if service.get("restart") == "no" or name == "web":
            continue
        check = service.get("healthcheck", {})
        assert check.get("test"), f"{name} has no health check"
        assert not check.get("disable"), name
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_ours_run_with_little_and_keep_nothing_outside_volumes(compose: Any) -> None:
    ours = [service for service in compose["services"].values() if "build" in service]
    assert len(ours) == 6
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    kept = {volume.partition(":")[0] for service in ours for volume in service["volumes"]}
    assert kept == {"media", "backups"}
    assert kept < set(compose["volumes"])


def test_back_ups_are_made_and_put_back_through_compose(compose: Any) -> None:
    for name in ("backup", "restore"):
        service = compose["services"][name]
        assert service["profiles"] == ["tools"]  # never started by `up`
        assert "backups:/srv/backups" in service["volumes"]
    assert compose["services"]["backup"]["command"][2:] == ["backup", "--to", "/srv/backups"]


def test_the_image_runs_as_nobody_and_holds_every_app() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text.rpartition("FROM ")[2]
    assert re.search(r"^USER (?!0\b|root)\d+", last, re.MULTILINE)
    assert text.index("ARG BASE=") < text.index("FROM ${BASE}")
    for folder in ("deventer_crm", "accounts", "employers", "meetings", "budget", "templates", "static"):
        assert f"COPY {folder} {folder}" in text
        assert f"!{folder}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_client_programs_are_as_new_as_the_server(compose: Any) -> None:
    """pg_dump refuses a newer server: Debian 13 (trixie) has PostgreSQL 17."""
    server = int(re.search(r"postgres:(\d+)", compose["services"]["db"]["image"]).group(1))  # type: ignore[union-attr]
    assert "ARG BASE=docker.io/library/python:3.13-slim-trixie" in (ROOT / "Dockerfile").read_text()
    assert server <= 17


def test_only_the_proxy_is_open_to_the_outside_and_it_ends_tls(compose: Any) -> None:
    opened = {name for name, service in compose["services"].items() if service.get("ports")}
    assert opened == {"proxy"}
    caddyfile = compose["configs"]["caddyfile"]["content"]
    assert "protocols tls1.2 tls1.3" in caddyfile
    assert "respond @inside 404" in caddyfile
