"""A clerk enters lines: by keyboard, by paste, with live totals worked out by the server."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import cell, output, paste, serious_violations

pytestmark = pytest.mark.browser


def test_clerk_enters_a_line_by_keyboard_only(open_page):
    page = open_page("/document")
    cell(page, 1, "product").focus()
    page.keyboard.type("P0007", delay=20)
    page.wait_for_selector(".bahi-popup__item")
    page.keyboard.press("Enter")
    expect(cell(page, 1, "product")).to_have_value("Paint & Primer 7")
    expect(cell(page, 1, "description")).to_be_focused()
    expect(cell(page, 1, "unit_price")).to_have_value("107.50")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(cell(page, 1, "quantity")).to_be_focused()
    page.keyboard.type("1,000")
    expect(output(page, 1, "line_total")).to_have_text("1,26,850.00")
    expect(page.locator("[data-total=grand_total]")).to_have_text("1,26,850.00")


def test_clerk_gets_a_new_line_from_enter_in_the_last_cell(open_page):
    page = open_page("/document")
    cell(page, 1, "description").fill("Freight")
    cell(page, 1, "discount_percent").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator(".bahi-grid tbody tr")).to_have_count(2)
    expect(cell(page, 2, "product")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(page.locator("tbody tr:nth-child(1) [data-col=shadow] input")).to_be_focused()


def test_clerk_moves_with_arrows_and_copies_the_cell_above(open_page):
    page = open_page("/document")
    paste(page, "quantity", "5\n7\n9")
    cell(page, 1, "quantity").focus()
    page.keyboard.press("ArrowDown")
    expect(cell(page, 2, "quantity")).to_be_focused()
    page.keyboard.press("Control+d")
    expect(cell(page, 2, "quantity")).to_have_value("5")
    page.keyboard.press("ArrowLeft")
    expect(cell(page, 2, "hsn")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(cell(page, 2, "quantity")).to_be_focused()
    page.keyboard.type("88")
    page.keyboard.press("Escape")
    expect(cell(page, 2, "quantity")).to_have_value("5")


def test_clerk_pastes_200_rows_and_products_are_found_by_code(open_page, harness):
    page = open_page("/document")
    rows = "\n".join(f"P{n:04d}\t\t\t{n}\tNos\t10.00" for n in range(1, 203))
    paste(page, "product", rows)
    expect(page.locator(".bahi-toast--warning")).to_contain_text("200")
    expect(page.locator(".bahi-grid tbody tr")).to_have_count(200)
    expect(cell(page, 200, "product")).to_have_value("Bolt M8 200")
    expect(output(page, 200, "line_total")).to_have_text("2,360.00")
    # 10 × (1 + … + 200) = 2,01,000 and 18 %
    expect(page.locator("[data-total=grand_total]")).to_have_text("2,37,180.00")
    looked_up = [call for call in harness.api.calls if call[1].endswith("/products/")]
    assert len(looked_up) <= 4


def test_clerk_pastes_codes_that_do_not_exist_and_sees_which(open_page):
    page = open_page("/document")
    paste(page, "product", "P0001\t\t\t2\r\nNOPE\t\t\tmany\r\n")
    bad = page.locator("tbody tr:nth-child(2) td[data-col=product]")
    expect(bad).to_have_class(re.compile("bahi-cell--bad"))
    expect(bad).to_contain_text("No match for “NOPE”")
    expect(page.locator("tbody tr:nth-child(2) td[data-col=quantity]")).to_contain_text("not a number")
    expect(output(page, 1, "line_total")).to_have_text("239.54")


def test_clerk_pastes_where_the_list_has_no_code_filter(open_page, harness):
    harness.api.code_filter = False
    page = open_page("/document")
    paste(page, "product", "P0003\t\t\t1\nBolt M8 4\t\t\t1")
    expect(cell(page, 1, "product")).to_have_value("Paint & Primer 3")
    expect(cell(page, 2, "product")).to_have_value("Bolt M8 4")


def test_clerk_pastes_with_a_heading_row(open_page):
    page = open_page("/document")
    paste(page, "product", 'Quantity\tProduct\tDescription\n3\tP0002\t"two\nlines, ""quoted"""')
    expect(cell(page, 1, "product")).to_have_value("Drill <b>HSS</b> 2")
    expect(cell(page, 1, "quantity")).to_have_value("3")
    expect(cell(page, 1, "description")).to_have_value('twolines, "quoted"')
    assert page.locator(".bahi-grid b").count() == 0


def test_clerk_deletes_a_line_and_takes_it_back(open_page):
    page = open_page("/document")
    paste(page, "quantity", "1\n2\n3")
    page.get_by_role("button", name="Delete line 2", exact=True).click()
    expect(page.locator(".bahi-grid tbody tr")).to_have_count(2)
    expect(cell(page, 2, "quantity")).to_have_value("3")
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, 2, "quantity")).to_have_value("2")
    expect(page.locator(".bahi-grid tbody tr")).to_have_count(3)


def test_clerk_duplicates_and_reorders_lines(open_page):
    page = open_page("/document")
    paste(page, "quantity", "1\n2")
    cell(page, 1, "quantity").focus()
    page.keyboard.press("Alt+Shift+D")
    expect(cell(page, 2, "quantity")).to_have_value("1")
    cell(page, 3, "quantity").focus()
    page.keyboard.press("Alt+Shift+ArrowUp")
    expect(cell(page, 2, "quantity")).to_have_value("2")
    expect(cell(page, 2, "quantity")).to_be_focused()
    assert cell(page, 2, "quantity").get_attribute("aria-label") == "Quantity, Line 2"


def test_clerk_drags_a_line_by_its_number(open_page):
    page = open_page("/document")
    paste(page, "quantity", "1\n2\n3")
    handle = page.locator("tbody tr:nth-child(3) [data-handle]").bounding_box()
    first = page.locator("tbody tr:nth-child(1)").bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, first["y"] + 20, steps=5)
    page.mouse.move(handle["x"] + 5, first["y"] + 2, steps=5)
    page.mouse.up()
    expect(cell(page, 1, "quantity")).to_have_value("3")
    expect(cell(page, 2, "quantity")).to_have_value("1")


def test_clerk_keeps_a_typed_price_when_the_product_changes(open_page):
    page = open_page("/document")
    cell(page, 1, "unit_price").fill("55")
    cell(page, 1, "product").click()
    page.keyboard.type("P0001")
    page.wait_for_selector(".bahi-popup__item")
    page.keyboard.press("Tab")
    expect(cell(page, 1, "hsn")).to_have_value("7301")
    expect(cell(page, 1, "unit_price")).to_have_value("55.00")


def test_clerk_changes_the_product_of_a_saved_line_and_gets_its_price(open_page, harness):
    line = {"product": 1, "quantity": "2", "unit_price": "7", "hsn": "1111", "description": "old"}
    harness.api.store(7, {"party": 3, "date": "2026-11-21", "currency": "INR", "lines": [line]}, 1)
    page = open_page("/document?id=7")
    cell(page, 1, "description").fill("kept")
    cell(page, 1, "product").fill("P0002")
    page.wait_for_selector(".bahi-popup__item")
    page.keyboard.press("Enter")
    expect(cell(page, 1, "unit_price")).to_have_value("102.50")
    expect(cell(page, 1, "hsn")).to_have_value("7302")
    expect(cell(page, 1, "description")).to_have_value("kept")
    expect(output(page, 1, "line_total")).to_have_text("241.90")
    page.keyboard.press("Control+s")
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice saved")
    sent = [call[2] for call in harness.api.calls if call[0] == "PATCH"][-1]["lines"]
    assert "id" not in sent[0]


def opened_order(harness):
    """An order of two lines, confirmed."""
    lines = [
        {"product": n, "quantity": "2", "unit_price": "7", "hsn": "1111", "description": f"as agreed {n}"}
        for n in (1, 2)
    ]
    body = {"party": 3, "date": "2026-11-21", "currency": "INR", "lines": lines}
    harness.api.store(7, body, 1)["status"] = "posted"


def amended(harness):
    return [call[2] for call in harness.api.calls if call[1].endswith("/amend/")]


def test_clerk_pastes_over_lines_opened_for_amendment_and_none_is_doubled(open_page, harness):
    opened_order(harness)
    page = open_page("/document?id=7&opened=1")
    paste(page, "quantity", "Product\tQuantity\nP0009\t5\nP0002\t2\nP0004\t8")
    expect(cell(page, 3, "product")).to_have_value("Bolt M8 4")
    expect(output(page, 1, "product")).to_have_text("Cable 2.5 sq mm 1")
    expect(cell(page, 1, "quantity")).to_have_value("5")
    page.keyboard.press("Control+s")
    page.get_by_role("dialog").get_by_role("button", name="Amend").click()
    page.wait_for_url("**/document?id=7")
    [body] = amended(harness)
    assert [(line.get("line"), line.get("product"), line["quantity"]) for line in body["lines"]] == [
        (1001, None, "5"), (1002, None, "2"), (None, 4, "8"),
    ]  # fmt: skip


def test_clerk_goes_by_enter_over_the_cells_that_are_closed(open_page, harness):
    opened_order(harness)
    page = open_page("/document?id=7&opened=1")
    cell(page, 1, "unit_price").focus()
    page.keyboard.press("Enter")
    expect(cell(page, 2, "description")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(cell(page, 1, "unit_price")).to_be_focused()
    cell(page, 2, "unit_price").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bahi-grid tbody tr")).to_have_count(3)
    expect(cell(page, 3, "product")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cell(page, 2, "description")).to_be_focused()
    closed = output(page, 1, "product")
    assert closed.get_attribute("aria-label") is None
    assert serious_violations(page) == []


def test_clerk_takes_away_an_opened_line_and_only_one_that_can_be(open_page, harness):
    opened_order(harness)
    page = open_page("/document?id=7&opened=1&removable=1002")
    tools = page.locator(".bahi-grid tbody tr [data-tool=delete]")
    expect(tools).to_have_count(1)
    expect(tools).to_have_attribute("aria-label", "Delete line 2")
    tools.click()
    expect(page.locator(".bahi-grid tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".bahi-grid tbody tr")).to_have_count(2)
    tools.click()
    page.keyboard.press("Control+s")
    page.get_by_role("dialog").get_by_role("button", name="Amend").click()
    page.wait_for_url("**/document?id=7")
    [body] = amended(harness)
    assert [(line["line"], line.get("remove")) for line in body["lines"]] == [(1001, None), (1002, True)]


def test_clerk_sees_at_the_cell_why_an_amendment_is_refused(open_page, harness):
    opened_order(harness)
    page = open_page("/document?id=7&opened=1")
    cell(page, 2, "quantity").fill("0")
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Less")
    dialog.get_by_role("button", name="Amend").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("tbody tr:nth-child(2) td[data-col=quantity]")).to_contain_text("more than 0")
    expect(page.locator(".bahi-errors")).to_contain_text("Lines, Line 2, Quantity")
    expect(cell(page, 2, "quantity")).to_be_focused()


def test_clerk_opens_the_columns_that_few_lines_need(open_page):
    page = open_page("/document?more=1")
    cell(page, 1, "quantity").fill("3")
    expect(page.get_by_role("columnheader", name="Project")).to_have_count(0)
    page.locator("[data-wider]").click()
    expect(page.get_by_role("columnheader", name="Project")).to_be_visible()
    expect(cell(page, 1, "quantity")).to_have_value("3")
    cell(page, 1, "project").fill("P-1")


def test_columns_that_hold_nothing_stay_behind_their_button(open_page):
    page = open_page("/document?more=1")
    wide = page.evaluate(
        """async () => {
          const { isWide } = await import("/static/bahi/js/grid-wide.js");
          const grid = { name: "lines", columns: [{ name: "serials", more: true }] };
          return [[], null, "", ["P1"], "P1"].map((value) => isWide(grid, [{ serials: value }]));
        }"""
    )
    assert wide == [False, False, False, True, True]


def test_clerk_reads_and_hears_why_a_line_costs_what_it_does(open_page):
    page = open_page("/document")
    cell(page, 1, "product").focus()
    page.keyboard.type("P0007", delay=20)
    page.wait_for_selector(".bahi-popup__item")
    page.keyboard.press("Enter")
    cell(page, 1, "quantity").fill("2")
    price = cell(page, 1, "unit_price")
    expect(page.get_by_text("Price list TRADE")).to_be_visible()
    expect(price).to_have_accessible_description("Price list TRADE")
    price.fill("no price")
    price.blur()
    expect(price).to_have_accessible_description(
        re.compile("Price list TRADE.*number|number.*Price list TRADE")
    )
    price.fill("5")
    expect(price).to_have_accessible_description("Price list TRADE")
    page.keyboard.press("Control+Delete")
    expect(page.get_by_text("Price list TRADE")).to_have_count(0)


def test_clerk_makes_a_product_from_within_the_line(open_page, harness):
    page = open_page("/document")
    cell(page, 1, "product").focus()
    page.keyboard.type("Brand new thing")
    page.get_by_text("Create “Brand new thing”…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("Brand new thing")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("This is needed.")).to_be_visible()
    dialog.get_by_label("Code").fill("NEW1")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(cell(page, 1, "product")).to_have_value("Brand new thing")
    expect(cell(page, 1, "unit_price")).to_have_value("10.00")
    assert harness.api.products[-1]["code"] == "NEW1"


def test_totals_of_a_late_answer_are_ignored(open_page, harness):
    page = open_page("/document")
    paste(page, "product", "P0001\t\t\t1")
    expect(page.locator("[data-total=grand_total]")).to_have_text("119.77")
    harness.api.slow_quantity = "2"
    cell(page, 1, "quantity").fill("2")
    page.wait_for_timeout(400)
    cell(page, 1, "quantity").fill("3")
    expect(page.locator("[data-total=grand_total]")).to_have_text("359.31")
    page.wait_for_timeout(900)
    expect(page.locator("[data-total=grand_total]")).to_have_text("359.31")


def test_totals_refused_are_marked_old_and_the_cell_says_why(open_page):
    page = open_page("/document")
    paste(page, "product", "P0001\t\t\t1")
    expect(page.locator("[data-total=grand_total]")).to_have_text("119.77")
    cell(page, 1, "quantity").fill("-1")
    expect(page.locator("td[data-col=quantity]")).to_contain_text("Quantity must be more than 0.")
    expect(page.locator(".bahi-totals__state")).to_have_text("Totals are not up to date")
