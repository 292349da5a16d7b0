"""Pages at 1440 and 360 px, light and dark: no sideways scroll, no serious axe finding, rows per screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import paste, serious_violations

pytestmark = pytest.mark.browser

SIZES = [(1440, 900), (360, 780)]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES, ids=["wide", "phone"])
def test_document_page_is_accessible(open_page, width, height, dark):
    page = open_page("/document", width=width, height=height, dark=dark)
    paste(page, "product", "P0001\t\t\t2\nP0002\t\t\t0\nNOPE")
    expect(page.locator("tbody tr:nth-child(3)")).to_contain_text("No match")
    page.keyboard.press("Control+s")
    expect(page.locator(".bahi-errors")).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert serious_violations(page) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("width", "height"), SIZES, ids=["wide", "phone"])
def test_portal_with_palette_and_bell_is_accessible(open_page, width, height, dark):
    page = open_page("/portal", width=width, height=height, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator(".bahi-bell__button").click()
    page.wait_for_selector(".bahi-bell__item")
    assert serious_violations(page) == []
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog.bahi-palette")
    page.keyboard.type("new")
    page.wait_for_selector("dialog.bahi-palette [role=option]")
    assert serious_violations(page) == []


def test_posted_document_is_accessible(open_page, harness):
    line = {"product": 1, "quantity": "2", "unit_price": "100"}
    harness.api.store(7, {"party": 3, "date": "2026-11-21", "lines": [line] * 3}, 1)["status"] = "posted"
    page = open_page("/document?id=7")
    assert serious_violations(page) == []


def test_eighteen_lines_fit_the_screen(open_page):
    page = open_page("/document")
    paste(page, "quantity", "\n".join(["1"] * 18))
    box = page.locator(".bahi-grid tbody tr:nth-child(18)").bounding_box()
    assert box["y"] + box["height"] <= 900


def test_portal_page_is_small(open_page, harness):
    page = open_page("/portal")
    page.wait_for_selector(".bahi-bell__badge")
    page.wait_for_timeout(500)
    script = "performance.getEntries().reduce((sum, one) => sum + (one.transferSize || 0), 0)"
    assert 10_000 < page.evaluate(script) < 100_000
