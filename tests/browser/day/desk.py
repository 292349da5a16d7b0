"""What a person at the desk does with a document page, in words."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

FETCH = """async (path) => {
  const answer = await fetch(path, {headers: {Accept: "application/json, application/pdf"}});
  return [answer.status, new TextDecoder("latin1").decode(await answer.arrayBuffer())];
}"""


class Desk:
    def __init__(self, page: Page) -> None:
        self.page = page

    def opens(self, path: str) -> Desk:
        self.page.goto(path)
        self.ready()
        return self

    def ready(self) -> None:
        self.page.wait_for_selector("#bahi-document[data-ready]")

    def field(self, name: str, within: str = "") -> Locator:
        return self.page.locator(f"{within} [data-field={name}] .bahi-input").first

    def cell(self, line: int, column: str, grid: str = "lines") -> Locator:
        row = f"[data-grid={grid}] tbody tr:nth-child({line})"
        return self.page.locator(f"{row} [data-col={column}] .bahi-cell__in").first

    def chooses(self, box: Locator, text: str) -> None:
        """Type into a look-up and take the first match by keyboard."""
        box.click()
        box.press_sequentially(text)
        # The first, which Enter takes: an older list may still show others before it.
        expect(self.page.locator(".bahi-popup__item").first).to_contain_text(text)
        self.page.keyboard.press("Enter")

    def creates(self, box: Locator, text: str, **entered: str) -> None:
        """Type something unknown and make it in the dialog that opens."""
        box.click()
        box.press_sequentially(text)
        expect(self.page.get_by_text(f"Create “{text}”")).to_be_visible()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("dialog[open]")).to_be_visible()
        for name, value in entered.items():
            control = self.field(name, "dialog[open]")
            if control.evaluate("node => node.tagName") == "SELECT":
                control.select_option(label=value)
            else:
                control.fill(value)
        self.page.locator("dialog[open] button[type=submit]").click()
        expect(self.page.locator("dialog[open]")).to_have_count(0)

    def saves(self) -> None:
        self.page.keyboard.press("Control+s")
        self.page.wait_for_url("**/change/")
        self.ready()

    def presses(self, verb: str, *, state: str = "", leads: str = "", **entered: str) -> None:
        """A button of the document; ``state``: its badge afterwards, ``leads``: part of the new address."""
        button = self.page.locator(f"[data-verb={verb}]")
        asks = button.get_attribute("data-asks") is not None
        button.click()
        dialog = self.page.locator("dialog[open]")
        if entered or asks:
            dialog.wait_for()
            for name, value in entered.items():
                self.field(name, "dialog[open]").fill(value)
            dialog.locator("button[type=submit]").click()
        if leads:
            self.page.wait_for_url(re.compile(leads))
            self.ready()
        if state:
            expect(self.page.locator(".bahi-doc__bar .bahi-badge").first).to_have_text(state)
            self.ready()

    def is_refused(self, verb: str, text: str) -> None:
        """Pressing the button changes nothing, and the page says why."""
        self.page.locator(f"[data-verb={verb}]").click()
        expect(self.page.locator(".bahi-errors")).to_contain_text(text)

    def takes(self, line: int, column: str, value: str, grid: str = "lines") -> None:
        """Type a value into a cell and leave it."""
        self.cell(line, column, grid).fill(value)
        self.cell(line, column, grid).press("Tab")

    def fits(self) -> None:
        """Nothing of the page is cut off at the right."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), self.page.url

    @property
    def number(self) -> str:
        return self.page.locator(".bahi-doc__number").inner_text()

    def fetches(self, path: str) -> str:
        """What the server answers in this person's session (bytes as latin-1)."""
        status, body = self.page.evaluate(FETCH, path)
        assert status == 200, (path, status, body[:300])
        return body

    def pdf_opens(self, path: str) -> None:
        assert self.fetches(path).startswith("%PDF")

    def reads(self, path: str) -> dict[str, Any]:
        """A record of the API."""
        return json.loads(self.fetches(path))["data"]

    @property
    def key(self) -> str:
        return re.search(r"/(\d+)/change/", self.page.url)[1]  # type: ignore[index]  # the page of a record has its number
