"""Sees to it that the browser tests have a Chromium: `python deventer_crm/localservers/browser.py`.

The system's own when there is one, else Debian's by apt when we are root, else Playwright's download.
When none can be had it says what to install; the browser tests then fail with the same sentence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
HELP = (
    "No Chromium for the browser tests. Install the package 'chromium', or name the program with "
    "CHROMIUM=/path, or leave these tests out with NO_BROWSER=1."
)


def system_browser() -> str | None:
    """Path of an installed Chromium or Chrome; `CHROMIUM` names one by hand."""
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        return chosen if Path(chosen).is_file() else None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def playwright_browser() -> str | None:
    """Path of the Chromium that Playwright downloaded for itself, if it did."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def find_browser() -> str | None:
    return system_browser() or playwright_browser()


def main() -> int:
    if find_browser():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _say("Installing Chromium with apt-get …")
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        ):
            subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
    else:
        _say("Downloading Chromium with Playwright …")
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find_browser():
        return 0
    _say(HELP)
    return 1


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this is a command line tool


if __name__ == "__main__":
    sys.exit(main())
