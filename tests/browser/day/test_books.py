"""The books after a day of trade: every figure leads down to its document."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.day.desk import Desk

pytestmark = pytest.mark.browser
REPORTS = [
    ("accounting/day-book", "4,720.00"),
    ("accounting/cash-book", "720.00"),
    ("accounting/trial-balance", "Sales of goods"),  # its sum depends on which other tests traded before
    ("accounting/profit-and-loss", "Sales of goods"),
    ("accounting/balance-sheet", re.compile(r"Total assets\D*[1-9]")),
    ("inventory/stock-statement", "CH-1"),
    ("inventory/stock-valuation", "CH-1"),
]


@pytest.fixture(params=[1440, 360], ids=["desk", "phone"])
def desk(office, request):
    return Desk(office.at("asha", width=request.param, dark=request.param == 360))


def report(desk, path, **parameters):
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    desk.page.goto(f"/data/reports/{path}/?{query}")


@pytest.mark.full
@pytest.mark.parametrize(("path", "told"), REPORTS)
def test_each_book_shows_the_day_and_opens_as_pdf(office, desk, path, told):
    report(desk, path, company=office.ids["company"])
    expect(desk.page.locator(".bahi-report__table")).to_contain_text(told)
    desk.fits()
    expect(desk.page.locator(".bahi-report__table td").first).to_have_css("position", "sticky")
    desk.pdf_opens(desk.page.locator(".bahi-report__buttons a", has_text="PDF").get_attribute("href"))


@pytest.mark.ci
def test_a_figure_of_the_trial_balance_leads_to_its_invoice(office, desk):
    report(desk, "accounting/trial-balance", company=office.ids["company"])
    page = desk.page
    page.locator("tr", has_text="Sales").locator("a").last.click()
    expect(page.locator(".bahi-report__period")).to_contain_text("Sales")
    page.locator(".bahi-report__table a", has_text="INV/").first.click()
    desk.ready()
    assert desk.reads(f"/api/v1/accounting/invoices/{desk.key}/")["number"].startswith("INV/")


@pytest.mark.full
def test_the_item_ledger_tells_of_one_product(office, desk):
    ids = office.ids
    report(desk, "inventory/item-ledger", company=ids["company"], product=ids["product"])
    expect(desk.page.locator(".bahi-report__table")).to_contain_text("50")
    desk.fits()


@pytest.mark.full
def test_the_statement_of_account_names_what_is_open(office, desk):
    ids = office.ids
    report(desk, "accounting/statement-of-account", company=ids["company"], party=ids["customer"])
    expect(desk.page.locator(".bahi-report__table")).to_contain_text("4,720.00")
    desk.fits()
    desk.pdf_opens(desk.page.locator(".bahi-report__buttons a", has_text="PDF").get_attribute("href"))
