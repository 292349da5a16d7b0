"""What every page offers: palette, bell, live socket, theme, guarded forms, look-ups in plain forms."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import field

pytestmark = pytest.mark.browser


def test_clerk_finds_records_and_commands_with_ctrl_k_from_inside_an_input(open_page):
    page = open_page("/document")
    field(page, "party").focus()
    page.keyboard.press("Control+k")
    palette = page.locator("dialog.bahi-palette")
    expect(palette).to_be_visible()
    page.keyboard.type("tools 3")
    expect(palette.get_by_role("option", name="Deccan Tools 3").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(field(page, "party")).to_be_focused()
    page.keyboard.press("Control+k")
    page.keyboard.type("start")
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal")
    page.keyboard.press("Control+k")
    expect(page.locator("dialog.bahi-palette").get_by_role("option").first).to_contain_text("Portal home")


def test_clerk_opens_a_result_in_a_new_tab(open_page):
    page = open_page("/portal")
    page.keyboard.press("Control+k")
    page.wait_for_selector("dialog.bahi-palette")
    page.keyboard.type("new inv")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    assert opened.value.url.endswith("/document")


def test_clerk_reads_notifications(open_page, harness):
    page = open_page("/portal")
    bell = page.get_by_role("button", name="Notifications, 3 unread")
    bell.click()
    expect(page.locator(".bahi-bell__item--unread")).to_have_count(3)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.locator(".bahi-bell__item--unread")).to_have_count(0)
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".bahi-bell__panel")).to_be_hidden()


def test_clerk_hears_of_a_new_notification_once(open_page, socket):
    page = open_page("/portal")
    expect(page.get_by_role("button", name="Notifications, 3 unread")).to_be_visible()
    for _ in range(2):
        socket.send(
            id=41,
            type="notification.new",
            at="2026-11-21T06:00:00Z",
            data={"id": 9, "title": "Order confirmed"},
        )
    expect(page.locator(".bahi-toast")).to_have_count(1)
    expect(page.get_by_role("button", name="Notifications, 4 unread")).to_be_visible()


def test_page_asks_for_what_it_missed_after_a_reconnect(open_page, socket):
    page = open_page("/portal")
    expect(page.locator(".bahi-bell__badge")).to_be_visible()
    socket.send(id=41, type="chat.message", at="", data={})
    page.wait_for_timeout(100)
    socket.routes[0].close()
    page.wait_for_timeout(1400)
    assert len(socket.routes) == 2
    assert socket.received == [{"type": "since", "data": {"id": 41}}]


def test_page_polls_while_the_socket_is_down(chromium, harness):
    page = chromium.new_page()
    page.goto(harness.url + "/portal")
    page.wait_for_timeout(800)
    page.close()
    polls = [call for call in harness.api.calls if call[1].endswith("/notifications/")]
    assert len(polls) >= 2


def test_person_chooses_the_theme_that_the_admin_also_reads(open_page):
    page = open_page("/portal")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    assert json.loads(page.evaluate("localStorage.adminTheme")) == "dark"
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")


def test_person_gets_the_theme_of_the_profile_and_changes_it_there(open_page, harness):
    page = open_page("/portal")
    page.context.add_cookies([{"name": "bahi_theme", "value": "dark", "url": harness.url}])
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).not_to_have_class(re.compile("dark"))
    page.wait_for_timeout(300)
    assert ("PATCH", "/api/v1/auth/me/", {"theme": "light"}) in [call[:3] for call in harness.api.calls]
    page.reload()
    expect(page.locator("html")).not_to_have_class(re.compile("dark"))


def test_person_gets_the_density_of_the_profile(open_page):
    page = open_page("/portal")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    compact = page.evaluate("getComputedStyle(document.body).getPropertyValue('--bahi-control')")

    def comfortable(route):
        page_text = route.fetch().text()
        meta = '<meta name="bahi-density" content="comfortable">'
        route.fulfill(content_type="text/html", body=page_text.replace("<head>", f"<head>{meta}", 1))

    page.route("**/portal", comfortable)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-density", "comfortable")
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--bahi-control')") > compact


def test_person_uses_a_look_up_in_a_plain_form(open_page):
    page = open_page("/portal")
    hidden = page.locator("input[type=hidden][name=party]")
    expect(hidden).to_have_value("3")
    page.get_by_label("Customer").fill("Traders 4")
    page.wait_for_selector(".bahi-popup__item")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Customer")).to_have_value("Aarav Traders 4")
    expect(hidden).to_have_value("4")
    page.get_by_role("button", name="Clear").click()
    expect(hidden).to_have_value("")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]
