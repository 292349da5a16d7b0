"""Chromium and the harness: each test gets a fresh fake API and a page that fails on any error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.harness.server import Harness

expect.set_options(timeout=15_000)  # a busy machine draws 200 lines slowly
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server"]
PATIENCE = 300
"""Seconds for one test, on a busy machine too."""
AXE = Path(__file__).parent / "vendor/axe-core/axe.min.js"
PASTE = """([selector, text]) => {
  const input = document.querySelector(selector);
  input.focus();
  const data = new DataTransfer();
  data.setData("text/plain", text);
  input.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def pytest_collection_modifyitems(items):
    """A browser that answers no more costs its own test only: Playwright would wait for it without end."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(PATIENCE, method="thread"))


@pytest.fixture(scope="package")
def chromium():
    """One browser for this folder only: a running Playwright loop would disturb database tests elsewhere.

    The loop runs in this thread; what fixtures do with the database meanwhile is no part of it.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def server():
    """The harness server, shared; its state is renewed per test by `harness`."""
    running = Harness().start()
    yield running
    running.stop()


@pytest.fixture
def harness(server):
    """The server with a fresh fake API."""
    server.reset()
    return server


class Socket:
    """The server's end of the page's WebSocket, played by the test."""

    def __init__(self) -> None:
        self.routes: list = []
        self.received: list[dict] = []

    def opened(self, route) -> None:
        self.routes.append(route)
        route.on_message(lambda text: self.received.append(json.loads(text)))

    def send(self, **message) -> None:
        """Send one message to the page."""
        self.routes[-1].send(json.dumps(message))


@pytest.fixture
def socket():
    """What the page's WebSocket is connected to."""
    return Socket()


@pytest.fixture
def open_page(chromium, harness, socket):
    """open_page("/document", width=1440, dark=False) → a page; the test fails on script or console errors."""
    contexts, problems = [], []

    def open_one(path: str, *, width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        scheme = "dark" if dark else "light"
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.route_web_socket("**/ws/", socket.opened)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: note(message, problems))
        page.goto(harness.url + path)
        if path.startswith("/document"):
            page.wait_for_selector("#bahi-document[data-ready]")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


def note(message, problems: list[str]) -> None:
    """Keep console errors; a refused or a lost API call is what some tests ask for."""
    wanted = ("responded with a status of 4", "net::ERR_FAILED", "net::ERR_UPLOAD_FILE_CHANGED")
    if message.type == "error" and not any(text in message.text for text in wanted):
        problems.append(message.text)


def paste(page: Page, column: str, text: str, line: int = 1) -> None:
    """Paste text into the cell of a column in a line."""
    page.evaluate(PASTE, [f"tbody tr:nth-child({line}) .bahi-cell__in[data-col={column}]", text])


def cell(page: Page, line: int, column: str):
    """The input of a grid cell."""
    return page.locator(f"tbody tr:nth-child({line}) [data-col={column}] .bahi-cell__in")


def output(page: Page, line: int, column: str):
    """The computed text of a grid cell."""
    return page.locator(f"tbody tr:nth-child({line}) td[data-col={column}] .bahi-cell__out")


def field(page: Page, name: str):
    """The control of a header field."""
    return page.locator(f"[data-field={name}] .bahi-input").first


def serious_violations(page: Page) -> list[str]:
    """axe rules of serious or critical impact that the page breaks, with the first node of each."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    bad = [one for one in result["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in bad]


@pytest.fixture
def open_site(site, chromium):
    """``open_site("/accounts/login/", width=360, dark=True)`` → a page of a fresh browser."""
    contexts, problems = [], []

    def ours(message):
        """Of our own pages only: what a provider's page does wrong is not ours."""
        if message.location["url"].startswith(site.url) and "/ws/" not in message.text:
            note(message, problems)

    def open_one(path, *, width=1440, dark=False):
        scheme = "dark" if dark else "light"
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", ours)
        page.goto(site.url + path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []
