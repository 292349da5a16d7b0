"""What the platform's operator does with organisations, from the request to the end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.full]
PLATFORM = "platform.localhost"
ORGANISATIONS = "/admin/tenancy/organisation/"
REQUEST = {"name": "Verma Traders", "slug": "verma", "person": "Usha", "email": "usha@verma.example"}
REASON = "Stock report looks wrong, ticket 41"


@pytest.fixture(scope="module")
def shop(office, operator):
    """An organisation that trades: (its host, a page of its administrator)."""
    password = office.organisation("sharma")
    return "sharma.localhost", office.at("asha", host="sharma.localhost", password=password)


def organisation_page(operator, name):
    operator.goto(f"{ORGANISATIONS}?q={name.lower()}")
    operator.locator("#result_list a", has_text=name).first.click()
    expect(operator.locator(".bahi-state-panel").first).to_be_visible()


def step(operator, button, reason=""):
    """One of the steps on an organisation's page."""
    form = operator.locator("form", has=operator.get_by_role("button", name=button, exact=True))
    if reason:
        form.locator("[name=reason]").fill(reason)
    form.get_by_role("button", name=button, exact=True).click()


def test_a_stranger_asks_is_approved_and_signs_in(office, operator):
    operator.goto("/admin/settings/")
    if (close := operator.get_by_role("button", name="Close sign-up")).count():
        close.click()  # another test of this office opened it
    operator.get_by_role("button", name="Open sign-up").click()
    expect(operator.get_by_role("button", name="Close sign-up")).to_be_visible()
    stranger = office.at(None, width=360, host=PLATFORM)
    stranger.goto("/sign-up/")
    for name, value in REQUEST.items():
        stranger.locator(f"[name={name}]").fill(value)
    stranger.get_by_role("button", name="Send").click()
    stranger.goto(office.mail_link(r"/sign-up/[\w.:-]{20,}/"))
    stranger.get_by_role("button", name="Confirm").click()

    organisation_page(operator, "Verma")
    step(operator, "Approve")
    usha = office.at(None, width=360, host="verma.localhost")
    usha.goto(office.mail_link(r"/accounts/invitation/[\w.:-]+/"))
    expect(usha.get_by_role("button", name="Start")).to_be_visible()  # after the last steps of the set-up
    for box in usha.locator("input[type=password]").all():
        box.fill("Kagaz-Kalam-77")
    usha.get_by_role("button", name="Start").click()
    expect(usha.locator("body")).to_contain_text("Getting started")
    assert usha.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_suspended_organisation_says_why_until_it_is_restored(operator, shop):
    _host, administrator = shop
    organisation_page(operator, "Sharma")
    step(operator, "Suspend", "The bill of October is open")
    administrator.goto("/")
    expect(administrator.locator("body")).to_contain_text("The bill of October is open")
    step(operator, "Open again")
    expect(operator.locator(".bahi-state-panel").first).to_contain_text("Active")
    assert administrator.goto("/").status == 200


def test_an_announcement_stands_on_each_page_until_it_is_put_away(operator, shop):
    _host, administrator = shop
    operator.goto("/admin/platform/announcement/add/")
    operator.locator("[name=title]").fill("Update on Sunday")
    operator.locator("[name=text]").fill("From 6 to 7 in the morning.")
    for name, value in (("starts_at", "2026-01-01"), ("ends_at", "2036-01-01")):
        operator.locator(f"[name={name}_0]").fill(value)
        operator.locator(f"[name={name}_1]").fill("00:00:00")
    operator.locator("[name=_save]").last.click()
    administrator.goto("/admin/parties/party/")
    banner = administrator.get_by_role("status", name="Announcement")
    expect(banner).to_contain_text("Update on Sunday")
    banner.get_by_role("button", name="Put away").click()
    expect(administrator.get_by_role("status", name="Announcement")).to_have_count(0)


def test_maintenance_closes_the_pages_and_ends(office, operator, shop):
    _host, administrator = shop
    organisation_page(operator, "Sharma")
    operator.locator("[name=text]").fill("Back at ten.")
    operator.get_by_role("button", name="Begin the maintenance").click()
    assert administrator.goto("/").status == 503
    expect(administrator.locator("body")).to_contain_text("Back at ten.")
    office.problems.clear()  # the browser notes the 503
    operator.get_by_role("button", name="End the maintenance").click()
    expect(operator.get_by_role("button", name="Begin the maintenance")).to_be_visible()
    assert administrator.goto("/").status == 200


def test_a_visit_has_a_reason_a_banner_and_stands_in_both_logs(office, operator, shop):
    host, administrator = shop
    organisation_page(operator, "Sharma")
    step(operator, "Enter", REASON)
    link = operator.get_by_role("link", name="Go to the organisation").get_attribute("href")
    inside = office.at(None, host=host)
    inside.goto(link)
    inside.get_by_role("button", name="Enter").click()
    banner = inside.get_by_role("status", name="Operator's visit")
    expect(banner).to_contain_text(REASON)
    expect(banner).to_contain_text("reading only")
    inside.goto("/admin/parties/party/")
    expect(inside.get_by_role("status", name="Operator's visit")).to_be_visible()
    inside.get_by_role("button", name="Leave").click()
    administrator.goto("/organisation/operator/")
    expect(administrator.locator("main")).to_contain_text(REASON)
    administrator.goto("/admin/accounts/accesslog/")
    expect(administrator.locator("#result_list")).to_contain_text(re.compile("platform operator", re.I))
    operator.goto("/admin/platform/override/")
    expect(operator.locator("#result_list")).to_contain_text(REASON)


def test_an_organisation_is_scheduled_deleted_and_recorded(office, operator):
    office.organisation("closing")
    organisation_page(operator, "Closing")
    step(operator, "Delete in 30 days")
    expect(operator.locator("[name=confirm]")).to_be_visible()
    operator.locator("[name=confirm]").fill("closing")
    operator.get_by_role("button", name="Delete now, for good").click()
    for _ in range(120):
        operator.goto("/admin/tenancy/deletionrecord/")
        if operator.get_by_text("Closing").count():
            break
        operator.wait_for_timeout(500)
    expect(operator.locator("#result_list")).to_contain_text("Closing")
