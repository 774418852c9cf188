"""What the strict Content-Security-Policy and the budget for a first visit ask of templates and files."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
FIRST_VISIT = (
    "vendor/bootstrap/bootstrap.min.css", "css/theme.css", "css/components.css",
    "django_htmx/htmx-2.min.js", "js/crm.js",
)  # fmt: skip
FORBIDDEN = {
    "a style attribute": re.compile(r"\sstyle\s*="),
    "an inline style": re.compile(r"<style\b"),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>"),
    "an inline handler": re.compile(r"\son[a-z]+\s*=\s*[\"']"),
    "a javascript address": re.compile(r"javascript:", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(settings.BASE_DIR).as_posix())
def test_templates_hold_nothing_the_csp_forbids(path):
    text = path.read_text(encoding="utf-8")
    assert [name for name, pattern in FORBIDDEN.items() if pattern.search(text)] == []


def test_first_visit_stays_within_its_budget():
    sizes = {name: len(gzip.compress(Path(finders.find(name)).read_bytes())) for name in FIRST_VISIT}
    assert sum(sizes.values()) <= 120_000, sizes


def test_the_base_page_loads_exactly_these_files():
    text = (Path(settings.BASE_DIR) / "templates" / "base.html").read_text(encoding="utf-8")
    named = re.findall(r'(?:stylesheet" href|<script src)="\{% static "([^"]+)" %\}"', text)
    assert {*named, "django_htmx/htmx-2.min.js"} == set(FIRST_VISIT)


@pytest.mark.parametrize(
    "folder", [f for f in (Path(settings.BASE_DIR) / "static" / "vendor").iterdir() if f.is_dir()],
    ids=lambda f: f.name,
)  # fmt: skip
def test_what_others_made_has_its_licence_and_version(folder):
    assert (folder / "LICENSE").is_file()
    assert f"`{folder.name}/`" in (folder.parent / "VERSIONS.md").read_text(encoding="utf-8")


def test_styles_take_their_colours_from_the_tokens():
    text = (Path(settings.BASE_DIR) / "static" / "css" / "components.css").read_text(encoding="utf-8")
    screen = text.split("@media print")[0]
    plain = re.findall(r"#[0-9a-f]{3,8}\b(?=[;}])", screen)
    assert set(plain) <= {"#fff"}, "a colour outside theme.css does not follow a municipality's own theme"
