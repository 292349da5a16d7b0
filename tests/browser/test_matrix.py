"""The matrix of roles and permissions by keyboard and on a phone."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import serious_violations

pytestmark = pytest.mark.browser


def box(page, name):
    return page.get_by_role("checkbox", name=name, exact=True)


def test_administrator_ticks_permissions_by_keyboard_alone(open_page):
    page = open_page("/matrix")
    box(page, "Sales 0").focus()
    page.keyboard.press("ArrowDown")
    expect(box(page, "Sales 1")).to_be_focused()
    page.keyboard.press("Space")
    expect(box(page, "Sales 1")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(box(page, "Stores 1")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")  # what "everything" grants can't be reached
    expect(box(page, "Sales 1")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # the first row is the end
    expect(box(page, "Sales 0")).to_be_focused()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_matrix_keeps_the_names_in_sight_and_breaks_no_rule_of_access(open_page, width, dark):
    page = open_page("/matrix", width=width, dark=dark)
    assert serious_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("document.querySelector('.bahi-report__scroll').scrollLeft = 400")
    left = page.locator("tbody th").first.bounding_box()["x"]
    frame = page.locator(".bahi-report__scroll").bounding_box()["x"]
    assert abs(left - frame) < 4
