"""Beside a document in Chromium: timeline by kind, pictures from the clipboard, people to name."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_document_form import BODY

pytestmark = pytest.mark.browser
PASTE = """([type, text]) => {
  const data = new DataTransfer();
  if (type) data.items.add(new File([new Uint8Array([137, 80, 78, 71])], "image.png", { type }));
  if (text) data.setData("text/plain", text);
  const asked = { clipboardData: data, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new ClipboardEvent("paste", asked));
}"""


def entry(number, verb, group, text):
    at = f"2026-11-2{number}T06:00:00Z"
    return {"id": number, "at": at, "verb": verb, "group": group, "text": text, "actor_label": "Asha"}


def test_reader_chooses_what_the_timeline_shows(open_page, harness):
    harness.api.records["timeline"] = [
        entry(3, "mail", "mails", "Mail sent"),
        entry(2, "comment", "comments", "Call them"),
    ]
    harness.api.store(7, BODY, 1)
    page = open_page("/document?id=7")
    items = page.locator(".bahi-timeline__item")
    expect(items).to_have_count(2)
    page.get_by_role("button", name="Comments").click()
    expect(items).to_have_count(1)
    expect(items).to_contain_text("Call them")
    expect(page.get_by_role("button", name="Comments")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Files", exact=True).click()
    expect(page.get_by_text("Nothing of this kind yet.")).to_be_visible()
    page.get_by_role("button", name="All", exact=True).click()
    expect(items).to_have_count(2)


def test_pasted_picture_becomes_a_file_and_pasted_cells_do_not(open_page, harness):
    harness.api.store(7, BODY, 1)
    page = open_page("/document?id=7")
    expect(page.get_by_text("No files yet.")).to_be_visible()
    page.evaluate(PASTE, ["image/png", "12\t13"])
    page.evaluate(PASTE, ["application/zip", ""])
    page.evaluate(PASTE, ["image/png", ""])
    expect(page.locator("[data-bahi-files] .bahi-rows__item")).to_have_count(1)
    (kept,) = harness.api.records["attachments"]
    assert kept["name"].startswith("Picture ")
    assert kept["name"].endswith(".png")


def test_writer_chooses_whom_he_names(open_page, harness):
    harness.api.records["mentions"] = [
        {"id": 1, "name": "Ravi Blind", "insert": "Ravi Blind", "sees": False},
        {"id": 2, "name": "Ravi Kumar", "insert": "ravi@acme.example", "sees": True},
    ]
    harness.api.store(7, BODY, 1)
    page = open_page("/document?id=7")
    text = page.get_by_label("Comment", exact=True)
    text.click()
    text.press_sequentially("Please, @ra")
    options = page.locator(".bahi-mentions__item")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("can't see this record")
    text.press("ArrowDown")
    text.press("Enter")
    expect(text).to_have_value("Please, @ravi@acme.example ")
    expect(options).to_have_count(0)
    text.press_sequentially("mail a@b")
    expect(options).to_have_count(0)
