"""The documents beside the way from offer to money: corrections, purchases, the books' own entries."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.day.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.full]
INVOICE = "/admin/accounting/invoice/{}/change/"


@pytest.fixture(params=[1440, 360], ids=["desk", "phone"])
def clerk(office, request):
    return Desk(office.at("clerk", width=request.param))


def invoiced(clerk, customer="Meera Stores", quantity="3"):
    """A new posted invoice for chairs at 1,000."""
    clerk.opens("/admin/accounting/invoice/add/")
    clerk.chooses(clerk.field("party"), customer)
    clerk.chooses(clerk.cell(1, "product"), "CH-1")
    clerk.takes(1, "quantity", quantity)
    clerk.saves()
    clerk.presses("post", state="Posted")
    return clerk.number


def test_a_proforma_is_issued_and_printed(clerk):
    clerk.opens("/admin/accounting/proforma/add/")
    clerk.chooses(clerk.field("party"), "Meera Stores")
    clerk.chooses(clerk.cell(1, "product"), "CH-1")
    clerk.takes(1, "quantity", "2")
    expect(clerk.page.locator("[data-total=grand_total]")).to_have_text("2,360.00")
    clerk.saves()
    clerk.presses("post", state="Posted")
    clerk.pdf_opens(f"/api/v1/accounting/proformas/{clerk.key}/pdf/")
    clerk.fits()


def test_an_invoice_is_credited_in_part_and_never_beyond(clerk):
    number = invoiced(clerk)
    clerk.presses("credit", leads=r"/accounting/creditnote/\d+/change/")
    clerk.takes(1, "quantity", "4")
    clerk.is_refused("post", "Only 3 of 3 are left to credit")
    clerk.page.keyboard.press("Escape")
    clerk.takes(1, "quantity", "1")
    clerk.presses("post", state="Posted")
    expect(clerk.page.locator("main, body").first).to_contain_text(number)
    assert clerk.reads(f"/api/v1/accounting/credit-notes/{clerk.key}/")["grand_total"] == "1180.00"
    clerk.pdf_opens(f"/api/v1/accounting/credit-notes/{clerk.key}/pdf/")
    clerk.fits()


def test_a_price_that_was_too_low_is_charged_by_a_debit_note(clerk):
    invoiced(clerk)
    clerk.presses("debit", leads=r"/accounting/debitnote/\d+/change/")
    clerk.takes(1, "unit_price", "20")
    clerk.presses("post", state="Posted")
    assert clerk.reads(f"/api/v1/accounting/debit-notes/{clerk.key}/")["grand_total"] == "71.00"
    clerk.pdf_opens(f"/api/v1/accounting/debit-notes/{clerk.key}/pdf/")


def test_one_button_receives_what_is_due(clerk):
    invoiced(clerk)
    clerk.presses("receive", leads=r"/accounting/receipt/\d+/change/")
    expect(clerk.field("amount")).to_have_value("3,540.00")
    clerk.presses("post", state="Posted")
    allocated = clerk.page.locator("[data-grid=allocations]")
    expect(allocated.locator("td[data-col=invoice]")).to_contain_text("INV/")
    expect(allocated.locator("td[data-col=open_item]")).to_have_count(0)  # it would name the invoice again
    clerk.pdf_opens(f"/api/v1/accounting/receipts/{clerk.key}/pdf/")
    clerk.fits()


def test_a_vendors_bill_is_entered_and_paid(clerk, request):
    clerk.opens("/admin/accounting/bill/add/")
    clerk.chooses(clerk.field("party"), "Pine Works")
    number = f"PW-{len(request.node.name)}"
    clerk.field("vendor_number").fill(number)
    clerk.chooses(clerk.cell(1, "product"), "CH-1")
    clerk.takes(1, "quantity", "10")
    clerk.takes(1, "unit_price", "600")
    clerk.saves()
    clerk.presses("post", state="Posted")
    clerk.opens("/admin/accounting/payment/add/")
    clerk.chooses(clerk.field("party"), "Pine Works")
    expect(clerk.cell(1, "invoice", "allocations")).to_have_value(re.compile(re.escape(number)))
    clerk.field("amount").fill("7080")
    expect(clerk.cell(1, "amount", "allocations")).to_have_value("7,080.00")
    clerk.saves()
    clerk.presses("post", state="Posted")
    clerk.pdf_opens(f"/api/v1/accounting/payments/{clerk.key}/pdf/")
    clerk.fits()


def test_a_voucher_has_two_sides(clerk):
    clerk.opens("/admin/accounting/voucher/add/")
    clerk.field("narration").fill("Tea for the office")
    clerk.chooses(clerk.cell(1, "account"), "6310")
    clerk.takes(1, "debit", "120")
    clerk.page.locator("[data-grid=lines] [data-add]").click()
    clerk.chooses(clerk.cell(2, "account"), "Cash")
    clerk.takes(2, "credit", "120")
    clerk.saves()
    clerk.takes(1, "debit", "130")
    clerk.takes(2, "credit", "130")
    with clerk.page.expect_response(lambda answer: answer.request.method == "PATCH") as saved:
        clerk.saves()
    assert saved.value.ok
    clerk.opens(f"/admin/accounting/voucher/{clerk.key}/change/")
    expect(clerk.cell(1, "debit")).to_have_value("130.00")
    expect(clerk.page.locator("[data-grid=lines] [data-col=exchange_rate]")).to_have_count(0)
    clerk.presses("post", state="Posted")
    clerk.pdf_opens(f"/api/v1/accounting/vouchers/{clerk.key}/pdf/")
    clerk.fits()


def test_a_closed_month_takes_nothing(office, clerk, request):
    """The administrator closes a month for everybody; an invoice of that month is refused and says why."""
    months = 1 if "desk" in request.node.name else 2
    day = company_day()
    for _month in range(months):
        day = day.replace(day=1) - timedelta(days=1)
    asha = office.at("asha")
    asha.goto(f"/admin/company/period/?end={day:%Y-%m-%d}")
    for box in asha.locator("#result_list input.action-select").all():
        box.check()
    asha.locator("select[name=action]").select_option(label="Close for everybody")
    asha.locator("button[name=index]").first.click()
    asha.get_by_label("Reason").fill("The accountant has the books")
    asha.locator("button[name=_go]").click()
    expect(asha.get_by_text("Closed.")).to_be_visible()
    clerk.opens("/admin/accounting/invoice/add/")
    clerk.chooses(clerk.field("party"), "Meera Stores")
    clerk.field("date").fill(f"{day:%d-%m-%Y}")
    clerk.chooses(clerk.cell(1, "product"), "CH-1")
    clerk.takes(1, "quantity", "1")
    clerk.saves()
    clerk.is_refused("post", "closed")
    expect(clerk.page.locator(".bahi-doc__bar .bahi-badge")).to_have_text("Draft")


def company_day():
    """Today in India, where the companies are."""
    return datetime.now(ZoneInfo("Asia/Kolkata")).date()
