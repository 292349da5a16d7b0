"""A list as its reader wants it: conditions put together, told and saved; a column drawn wider."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.full]
PRODUCTS = "/admin/catalog/product/?_once=1"


def put(row, field, how, value=""):
    row.get_by_label("Field").select_option(field)
    row.get_by_label("Comparison").select_option(label=how)
    if value:
        row.get_by_label("Value").fill(value)


def test_conditions_are_put_together_told_in_words_and_saved_with_their_columns(office):
    page = office.at("asha")
    page.goto(PRODUCTS)
    page.get_by_text("Conditions", exact=False).first.click()
    rows = page.locator(".bahi-where__row")
    put(rows.nth(0), "hsn", "is not empty")
    page.get_by_role("button", name="Add group").click()
    put(rows.nth(1), "name", "contains")
    page.get_by_role("button", name="Show", exact=True).last.click()
    expect(rows.nth(1).get_by_text("This is needed.")).to_be_visible()
    rows.nth(1).get_by_label("Value").fill("zzz")
    page.get_by_role("group", name="Conditions").last.get_by_role("button", name="Add condition").click()
    put(rows.nth(2), "unit__code", "is", "nos")
    rows.nth(2).get_by_label("Value").press("Enter")
    told = page.locator("[data-where-text]")
    expect(told).to_have_text("HSN/SAC is not empty and (Name contains “zzz” or Unit › Code is “nos”)")
    expect(page.locator("[data-where-count]")).to_have_text("3")
    expect(page.locator("#result_list tbody tr.data-row").first).to_be_visible()
    page.get_by_text("Views", exact=True).click()
    page.get_by_label("Keep this view as").fill("With HSN")
    page.get_by_role("button", name="Keep", exact=True).first.click()
    page.goto(PRODUCTS)
    page.get_by_role("link", name="With HSN").click()
    expect(told).to_contain_text("Unit › Code is “nos”")


def test_a_column_drawn_wider_is_as_wide_the_next_time_and_by_keyboard(office):
    page = office.at("asha")
    page.goto(PRODUCTS)
    head = page.locator('th[data-width="name"]')
    before = head.bounding_box()
    page.mouse.move(before["x"] + before["width"] - 4, before["y"] + 8)
    page.mouse.down()
    page.mouse.move(before["x"] + before["width"] + 116, before["y"] + 8, steps=4)
    with page.expect_response("**/width/") as kept:
        page.mouse.up()
    assert kept.value.status == 204
    page.goto(PRODUCTS)
    assert abs(head.bounding_box()["width"] - before["width"] - 120) < 3
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Name: width").fill("90")
    page.get_by_label("Name: width").press("Enter")
    expect(page.get_by_text("Columns kept.")).to_be_visible()
    assert head.bounding_box()["width"] == 90
