"""What people do in the browser tests: log in by the form, wait until a job has done its work."""

import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

PASSWORD = "een-lang-wachtwoord-voor-proeven"


class Visitor:
    """A browser window of one person, in English so that texts are the ones in the code."""

    def __init__(self, browser: Any, live_server: Any, **options: Any) -> None:
        self.context = browser.new_context(
            base_url=live_server.url, locale="en-GB", viewport={"width": 1280, "height": 900}, **options
        )
        self.context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
        self.page = self.context.new_page()
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: Any) -> None:
        # A refused form answers 422, which the browser reports as a failed load.
        if message.type == "error" and "422" not in message.text:
            self.problems.append(message.text)

    def log_in(self, user: Any) -> Any:
        self.page.goto("/inloggen/")
        self.page.locator("[name=login]").fill(user.email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/inloggen/" not in url)
        return self.page

    def close(self) -> None:
        self.context.close()
        assert self.problems == []


@contextmanager
def window(browser: Any, live_server: Any, user: Any, *, width: int = 1280) -> Any:
    """The page of a person who has logged in; script errors and refused resources fail the test."""
    visitor = Visitor(browser, live_server)
    visitor.page.set_viewport_size({"width": width, "height": 800})
    yield visitor.log_in(user)
    visitor.close()


def eventually(condition: Callable[[], Any], *, seconds: float = 30) -> Any:
    """Wait for a worker: the first true answer, or a failure."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")
