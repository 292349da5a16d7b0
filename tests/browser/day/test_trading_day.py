"""One trading day in a real browser, against the real server and the real worker.

Clerk, manager and customer do what they do, from a customer nobody knew before to the paid invoice.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.day.desk import Desk

pytestmark = pytest.mark.browser


@pytest.fixture(params=[1440, 360], ids=["desk", "phone"])
def width(request):
    return request.param


# One buyer each: a GSTIN stands on one customer only.
GSTIN = {1440: "27AAPFU0939F1ZV", 360: "27AABCU9603R1ZN"}


def test_offer_becomes_goods_an_invoice_and_money(office, width):
    """From a customer and a product that nobody entered before to a paid invoice."""
    mark = f"{width}"
    clerk = Desk(office.at("clerk", width=width))
    page = clerk.page

    # The clerk makes the customer and the product from within the offer, and mails it.
    clerk.opens("/admin/sales/quotation/add/")
    clerk.creates(
        clerk.field("party"),
        f"Kaveri {mark} Traders",
        gstin=GSTIN[width],
        email=f"buyer{mark}@kaveri.example",
    )
    clerk.creates(
        clerk.cell(1, "product"), f"Bench {mark}", code=f"BE-{mark}", unit="NOS", tax_category="GST 18%"
    )
    clerk.cell(1, "quantity").fill("10")
    clerk.cell(1, "unit_price").fill("500")
    clerk.cell(1, "unit_price").press("Tab")
    expect(page.locator("[data-total=grand_total]")).to_have_text("5,900.00")
    clerk.saves()
    offer = clerk.key
    clerk.pdf_opens(f"/api/v1/sales/quotations/{offer}/pdf/")
    clerk.presses("send", state="Sent", message="As we said on the phone.")

    # The customer asks for a better price from his link; the bell tells the clerk, who revises.
    customer = office.at(None, width=width)
    first = office.mail_link()
    customer.goto(first)
    customer.locator("[name=name]").fill("Ravi Kulkarni")
    customer.locator("textarea").fill("Can we have it for 450 a piece?")
    customer.get_by_role("button", name="Send a comment").click()
    expect(customer.get_by_text("Can we have it for 450 a piece?")).to_be_visible()
    page.reload()
    page.locator(".bahi-bell__button").click()
    expect(page.locator(".bahi-bell__item").first).to_contain_text("Ravi Kulkarni commented")
    page.keyboard.press("Escape")
    clerk.presses("revise", state="Draft")
    assert clerk.key != offer
    clerk.cell(1, "unit_price").fill("450")
    clerk.cell(1, "unit_price").press("Tab")
    clerk.presses("send", state="Sent", message="Gladly.")
    revised = clerk.key
    customer.goto(office.mail_link(other_than=first))
    expect(customer.locator("main")).to_contain_text("R2")
    customer.locator("[name=name]").fill("Ravi Kulkarni")
    customer.get_by_role("button", name="Accept the offer").click()
    expect(customer.locator("main")).to_contain_text("Accepted")

    # The manager sets a limit; the clerk is refused, the manager lets the order pass with a reason.
    clerk.opens(f"/admin/sales/quotation/{revised}/change/")
    clerk.presses("convert", leads=r"/sales/order/\d+/change/")
    order = clerk.key
    manager = Desk(office.at("manager", width=width))
    party = clerk.reads(f"/api/v1/sales/orders/{order}/")["party"]
    manager.page.goto(f"/admin/parties/party/{party}/change/")
    manager.page.locator("[name=credit_limit]").fill("100")
    manager.page.locator("[name=credit_policy]").select_option("hold")
    manager.page.locator("button[name=_save], input[name=_save]").last.click()
    manager.page.wait_for_url("**/admin/parties/party/**")
    clerk.presses("confirm")
    expect(page.locator(".bahi-errors")).to_contain_text("the limit is")
    manager.opens(f"/admin/sales/order/{order}/change/")
    manager.presses("confirm", state="Confirmed", reason="Paid in advance last week")

    # Goods come in, go out in two parts with their challans, and are billed.
    clerk.opens("/admin/inventory/inward/add/")
    clerk.chooses(clerk.cell(1, "product"), f"BE-{mark}")
    clerk.takes(1, "quantity", "12")
    clerk.saves()
    page.locator("[data-verb=post]").click()
    expect(page.locator("dialog[open]")).to_contain_text(f"No rate is known for BE-{mark}")
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    clerk.takes(1, "unit_cost", "300")
    clerk.presses("post", state="Posted")
    for part in ("6", "4"):
        manager.opens(f"/admin/sales/order/{order}/change/")
        manager.presses("deliver", leads=r"/sales/delivery/\d+/change/")
        manager.cell(1, "quantity").fill(part)
        manager.cell(1, "quantity").press("Tab")
        manager.presses("post")
        late = manager.page.locator("dialog[open]")
        expect(
            manager.page.locator(".bahi-doc__bar .bahi-badge", has_text="Delivered").or_(late)
        ).to_be_visible()
        if late.count():  # the limit again: the goods leave with a reason, too
            manager.field("reason", "dialog[open]").fill("Released with the order")
            late.locator("button[type=submit]").click()
        expect(manager.page.locator(".bahi-doc__bar .bahi-badge")).to_have_text("Delivered")
        manager.ready()
        manager.pdf_opens(f"/api/v1/sales/deliveries/{manager.key}/pdf/")
    manager.opens(f"/admin/sales/order/{order}/change/")
    manager.presses("invoice", leads=r"/accounting/invoice/\d+/change/")
    manager.presses("post", state="Posted")
    invoice = manager.page.locator(".bahi-doc__number").inner_text()
    manager.pdf_opens(f"/api/v1/accounting/invoices/{manager.key}/pdf/")

    # The money comes: the open invoice is proposed, the amount set against it.
    clerk.opens("/admin/accounting/receipt/add/")
    expect(clerk.field("mode")).to_have_value("bank_transfer")
    clerk.chooses(clerk.field("party"), f"Kaveri {mark} Traders")
    expect(clerk.cell(1, "invoice", "allocations")).to_have_value(re.compile(re.escape(invoice)))
    clerk.field("mode").select_option(label="UPI")
    clerk.field("amount").fill("5310")
    expect(clerk.cell(1, "amount", "allocations")).to_have_value("5,310.00")
    clerk.saves()
    clerk.presses("post", state="Posted")
    paid = clerk.reads(f"/api/v1/accounting/invoices/{manager.key}/")
    assert (paid["payment_status"], paid["balance_due"]) == ("paid", "0.00")
    clerk.fits()
