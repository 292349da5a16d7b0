"""A customer's first visit with Chromium, on a desk and on a phone: from the invitation to the statement."""

from __future__ import annotations

import os
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.accounts.services.links import link_make
from apps.core.actor import acting_as
from apps.core.uow import run_in_unit_of_work
from apps.customer_portal.services.members import member_invite
from apps.sales.models import Quotation
from tests.browser.conftest import serious_violations
from tests.browser.site import Site
from tests.factories import invoicing
from tests.factories.accounts import make_user
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.browser
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def site(commits, chromium):
    running = Site()
    yield running
    running.stop()


def trade() -> tuple[str, int]:
    """A customer with an offer and an invoice, its buyer invited → (path of the link, id of the offer)."""
    shop = Shop(display_name="Sharma Traders", legal_name="Sharma Traders Private Limited")
    chief = make_user("*")
    api = ApiClient(chief)
    made = api.post("sales/quotations/", shop.draft(terms="Payment within 30 days."))["data"]
    api.post(f"sales/quotations/{made['id']}/send/", expect=200)
    invoicing.invoice(company=shop.company, party=shop.customer, post=True)
    with acting_as(chief):
        token = run_in_unit_of_work(lambda: invited(shop.customer, chief))
    return reverse("accounts_invitation_link", args=[token]), made["id"]


def invited(party, chief) -> str:
    """A fresh link's token: the mail with the first one went out, and its text is forgotten then."""
    member = member_invite(party=party, email="bina@sharma.example", name="Bina", by=chief)
    return link_make(user=member.user, purpose="invitation")


def settled(page, name, width):
    """The page scrolls down only, and axe finds nothing serious; leaves a picture to look at."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    assert serious_violations(page) == [], name
    folder = os.environ.get("BAHI_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/portal-{name}-{width}.png", full_page=True)


@pytest.mark.parametrize(("width", "dark"), [(360, False), (1440, True)])
def test_customer_comes_in_accepts_and_reads_his_account(site, chromium, width, dark):
    link, offer = site.do(trade)
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda entry: problems.append(entry.text) if entry.type == "error" else None)
    page.goto(site.url + link)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(site.url + "/portal/")
    expect(page.get_by_role("heading", name="Good day Bina")).to_be_visible()
    settled(page, "home", width)
    page.get_by_role("link", name=re.compile("To answer")).click()
    settled(page, "quotations", width)
    page.locator("tbody a").first.click()
    settled(page, "quotation", width)
    page.get_by_label(re.compile("Your name")).fill("Bina Sharma")
    pad = page.locator("[data-sign-pad] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 20, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="Accept the offer").press("Enter")
    expect(page.get_by_text("Thank you. You accepted the offer.")).to_be_visible()
    settled(page, "accepted", width)
    row = site.do(lambda: Quotation.objects.get(pk=offer))
    assert (row.status, row.decided_by) == ("accepted", "Bina Sharma")
    page.get_by_role("navigation").get_by_role("link", name="Invoices").click()
    settled(page, "invoices", width)
    page.locator("tbody a").first.click()
    address = page.get_by_role("link", name="Download PDF").get_attribute("href")
    start = "path => fetch(path).then(answer => answer.text()).then(text => text.slice(0, 4))"
    assert page.evaluate(start, address) == "%PDF"
    page.get_by_role("navigation").get_by_role("link", name="Statement").click()
    expect(page.get_by_text("Closing balance")).to_be_visible()
    settled(page, "statement", width)
    for name, where in (
        ("people", "/portal/people/"),
        ("profile", "/portal/profile/"),
        ("security", "/accounts/security/"),
    ):
        page.goto(site.url + where)
        settled(page, name, width)
    assert not problems
    context.close()
