"""A real browser for the tests of the page: the system's Chromium, driven by Playwright.

Where there is none, tests that need it are skipped, and say so. What the browser says on its
console and whatever it asks of a network is kept, and fails the test that made it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
CHROMIUM = (
    os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
)
_AXE = "node_modules/axe-core/axe.min.js"
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip


def axe() -> str:
    """The source of axe-core, from the place AXE names or from node_modules beside the project."""
    places = [os.environ.get("AXE", ""), str(ROOT / _AXE), str(ROOT / ".venv" / _AXE)]
    for place in places:
        if place and Path(place).is_file():
            return Path(place).read_text(encoding="utf-8")
    pytest.skip("axe-core is not there: npm install axe-core, or name axe.min.js in AXE")


@contextmanager
def running() -> Iterator[Any]:
    """The browser; the test is skipped where there is none."""
    if not CHROMIUM:
        pytest.skip("no Chromium is installed; name one in CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(_QUIET))
        yield browser
        browser.close()


class Reader:
    """Somebody who looks at a page, in a window of their own."""

    def __init__(self, browser: Any, place: Path, **options: Any) -> None:
        self.context = browser.new_context(
            **{"viewport": {"width": 1240, "height": 900}, **options}
        )
        self.context.set_default_timeout(8_000)
        self.page = self.context.new_page()
        self.place = place
        self.faults: list[str] = []
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("request", self._on_request)
        self.page.on("dialog", self._on_dialog)

    def _on_console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console: {message.text}")

    def _on_request(self, request: Any) -> None:
        if not request.url.startswith("file:"):
            self.faults.append(f"request: {request.url}")

    def _on_dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def look(self, address: str = "") -> Any:
        """Open the page at the part after #, and wait until it stands."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.place.as_uri()}#{address}", wait_until="commit")
        return self.stands(address)

    def go(self, address: str) -> Any:
        """Go to another view of the open page."""
        self.page.evaluate("address => { location.hash = address; }", address)
        return self.stands(address)

    def stands(self, address: str) -> Any:
        """Wait until a view is drawn."""
        self.page.wait_for_function(
            "address => typeof VIEW === 'object' && document.readyState === 'complete'"
            " && current === address && (!address || VIEW.querySelector('h1') !== null)",
            arg=address,
        )
        return self.page

    def at(self, what: str) -> Any:
        """Wait until a view of some family, story or two stories stands."""
        self.page.wait_for_function("what => current.startsWith(what + '-')", arg=what)
        return self.page

    def checked(self) -> None:
        """Nothing may have gone wrong so far."""
        found, self.faults[:] = list(self.faults), []
        assert found == []

    def close(self) -> None:
        """Close the window; nothing may have gone wrong in it."""
        self.context.close()
        self.checked()
