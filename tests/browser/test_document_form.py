"""A clerk saves, posts and corrects a document; nothing typed is ever lost or saved twice."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import cell, field, paste
from tests.browser.harness.fake_api import ok

pytestmark = pytest.mark.browser

BODY = {
    "party": 3,
    "date": "2026-11-21",
    "currency": "INR",
    "lines": [{"product": 1, "quantity": "2", "unit_price": "100"}],
}


def choose(page, name: str, text: str) -> None:
    """Pick the first proposal for a text in a header look-up."""
    field(page, name).fill(text)
    page.wait_for_selector(".bahi-popup__item")
    page.keyboard.press("Enter")


def fill_invoice(page) -> None:
    """A complete new invoice of one line."""
    choose(page, "party", "Tools 3")
    paste(page, "product", "P0001\t\t\t2")
    expect(page.locator("[data-total=grand_total]")).to_have_text("239.54")


def test_clerk_saves_a_new_invoice_with_ctrl_s(open_page, harness):
    page = open_page("/document")
    expect(field(page, "party")).to_be_focused()
    fill_invoice(page)
    page.keyboard.press("Control+s")
    page.wait_for_url("**/document?id=7")
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice saved")
    created = [call for call in harness.api.calls if call[:2] == ("POST", "/api/v1/accounting/invoices/")]
    assert len(created) == 1
    body, headers = created[0][2:]
    line = {key: body["lines"][0][key] for key in ("product", "quantity", "unit_price")}
    assert line == {"product": 1, "quantity": "2", "unit_price": "101.500000"}
    assert body["party"] == 3
    assert headers["x-csrftoken"] == "token-of-the-test"


def test_clerk_changes_one_field_and_only_that_is_sent(open_page, harness):
    harness.api.store(7, BODY, 4)
    page = open_page("/document?id=7")
    field(page, "po_reference").fill("PO-1")
    expect(page.get_by_text("Unsaved changes")).to_be_visible()
    page.keyboard.press("Control+s")
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice saved")
    expect(page.get_by_text("Unsaved changes")).to_be_hidden()
    patches = [call[2] for call in harness.api.calls if call[0] == "PATCH"]  # totals may be asked for later
    assert patches == [{"po_reference": "PO-1", "version": 4}]
    cell(page, 1, "quantity").fill("3")
    page.keyboard.press("Control+s")
    expect(cell(page, 1, "quantity")).to_be_focused()
    page.wait_for_timeout(300)
    patched = [call[2] for call in harness.api.calls if call[0] == "PATCH"][-1]
    assert patched["version"] == 5
    assert patched["lines"][0]["id"] == 1001
    assert set(patched) == {"lines", "version"}


def test_clerk_saves_and_goes_on_with_a_new_one(open_page):
    page = open_page("/document")
    fill_invoice(page)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/document$"))
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice saved")
    expect(cell(page, 1, "product")).to_have_value("")


def test_clerk_types_a_code_and_saves_at_once(open_page, harness):
    page = open_page("/document")
    field(page, "party").fill("27AAACB0003C1Z5")
    cell(page, 1, "quantity").fill("2")
    cell(page, 1, "product").focus()
    page.keyboard.type("P0005")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/document?id=7")
    saved = harness.api.invoices[7]
    assert (saved["party"], saved["lines"][0]["product"]) == (3, 5)


def test_clerk_gets_errors_at_their_places_with_a_summary(open_page):
    page = open_page("/document")
    field(page, "date").fill("31-2")
    paste(page, "product", "P0001\t\t\t2\nP0002")
    page.keyboard.press("Control+s")
    summary = page.locator(".bahi-errors")
    expect(summary).to_contain_text("3 entries need correction")
    expect(field(page, "party")).to_be_focused()
    assert field(page, "party").get_attribute("aria-invalid") == "true"
    summary.get_by_text("Lines, Line 2, Quantity: This is needed.").click()
    expect(cell(page, 2, "quantity")).to_be_focused()


def test_clerk_sees_errors_of_the_server_at_field_and_cell(open_page, harness):
    harness.api.store(7, BODY, 1)
    page = open_page("/document?id=7")
    field(page, "po_reference").fill("BAD")
    cell(page, 1, "quantity").fill("0")
    page.keyboard.press("Control+s")
    summary = page.locator(".bahi-errors")
    expect(summary).to_contain_text("PO reference: This reference was used before.")
    expect(summary).to_contain_text("Lines, Line 1, Quantity: Quantity must be more than 0.")
    expect(page.locator("td[data-col=quantity]")).to_contain_text("Quantity must be more than 0.")


def test_clerk_sees_a_folded_section_as_soon_as_his_choice_needs_it(open_page):
    page = open_page("/document")
    place = field(page, "place_of_supply")
    expect(page.locator("details", has_text="Shipping")).not_to_have_attribute("open", "")
    place.focus()
    place.select_option("29")
    expect(page.locator("details", has_text="Shipping")).not_to_have_attribute("open", "")
    place.select_option("33")
    expect(page.locator("details", has_text="Shipping")).to_have_attribute("open", "")
    expect(place).to_be_focused()


def test_clerk_can_type_short_dates(open_page):
    page = open_page("/document")
    for typed, shown in [("3-4-26", "03-04-2026"), ("030426", "03-04-2026"), ("2026-04-03", "03-04-2026")]:
        field(page, "date").fill(typed)
        field(page, "date").blur()
        expect(field(page, "date")).to_have_value(shown)
    two = "String({}).padStart(2, '0')"
    day, month = two.format("d.getDate()"), two.format("d.getMonth() + 1")
    script = f"d => [{day}, {month}, d.getFullYear()].join('-')"
    field(page, "date").fill("t")
    field(page, "date").blur()
    expect(field(page, "date")).to_have_value(page.evaluate(f"({script})(new Date())"))
    field(page, "date").fill("+5")
    field(page, "date").blur()
    expect(field(page, "date")).to_have_value(page.evaluate(f"({script})(new Date(Date.now() + 5 * 864e5))"))
    field(page, "discount_amount").fill("₹ 1234567.5")
    field(page, "discount_amount").blur()
    expect(field(page, "discount_amount")).to_have_value("12,34,567.50")


def test_two_clerks_save_the_same_invoice_and_the_second_chooses(open_page, harness):
    harness.api.store(7, BODY, 1)
    page = open_page("/document?id=7")
    field(page, "po_reference").fill("mine")
    field(page, "terms").evaluate("node => node.closest('details').open = true")
    field(page, "terms").fill("my terms")
    theirs = {**BODY, "po_reference": "theirs", "due_date": "2026-12-31", "updated_by_name": "Asha"}
    harness.api.store(7, theirs, 2)
    page.keyboard.press("Control+s")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Last saved by Asha.")
    expect(dialog.locator(".bahi-conflict__item")).to_have_count(1)
    dialog.locator("label", has_text="Theirs").click()
    dialog.get_by_role("button", name="Save with these choices").click()
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice saved")
    saved = harness.api.invoices[7]
    assert (saved["po_reference"], saved["terms"], saved["due_date"]) == ("theirs", "my terms", "2026-12-31")
    expect(field(page, "due_date")).to_have_value("31-12-2026")


def test_clerk_keeps_own_value_in_a_conflict(open_page, harness):
    harness.api.store(7, BODY, 1)
    page = open_page("/document?id=7")
    cell(page, 1, "quantity").fill("9")
    harness.api.store(7, {**BODY, "lines": [{**BODY["lines"][0], "quantity": "4"}]}, 2)
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Save with these choices").click()
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice saved")
    assert harness.api.invoices[7]["lines"][0]["quantity"] == "9"
    assert harness.api.invoices[7]["version"] == 3


def test_clerk_types_several_serial_numbers_into_one_cell(open_page, harness):
    harness.api.store(7, {**BODY, "lines": [{**BODY["lines"][0], "serials": ["P1", "P2"]}]}, 1)
    page = open_page("/document?id=7&more=1")
    expect(cell(page, 1, "serials")).to_have_value("P1, P2")
    cell(page, 1, "serials").fill("P1; P3,")
    page.keyboard.press("Control+s")
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice saved")
    sent = [call[2] for call in harness.api.calls if call[0] == "PATCH"][-1]["lines"]
    assert sent[0]["serials"] == ["P1", "P3"]


def test_clerk_posts_a_new_invoice_in_one_go(open_page, harness):
    page = open_page("/document")
    fill_invoice(page)
    page.locator("[data-verb=post]").click()
    expect(page.get_by_role("dialog")).to_contain_text("Post this invoice to the books?")
    assert page.url.endswith("/document?id=7")
    page.get_by_role("dialog").get_by_role("button", name="Post").click()
    expect(page.locator(".bahi-badge")).to_have_text("Posted")
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice posted")
    assert harness.api.invoices[7]["status"] == "posted"
    assert page.locator("#bahi-document input").count() == 0
    expect(page.locator(".bahi-grid--read tbody tr")).to_have_count(1)


def test_manager_cancels_with_a_reason_that_the_server_checks(open_page, harness):
    harness.api.store(7, BODY, 1)["status"] = "posted"
    page = open_page("/document?id=7")
    page.locator("[data-verb=cancel]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Cancel invoice").click()
    expect(dialog.get_by_text("This is needed.")).to_be_visible()
    dialog.get_by_label("Reason").fill("oops")
    page.keyboard.press("Enter")
    expect(dialog.get_by_text("Say more about the reason.")).to_be_visible()
    dialog.get_by_label("Reason").fill("Wrong customer")
    page.keyboard.press("Enter")
    expect(page.locator(".bahi-badge")).to_have_text("Cancelled")


def test_clerk_duplicates_to_a_new_document(open_page, harness):
    harness.api.store(7, BODY, 1)["status"] = "posted"
    page = open_page("/document?id=7")
    page.get_by_text("More", exact=True).click()
    page.locator("[data-tool=duplicate]:not(td *)").click()
    page.wait_for_url("**/document?id=99")


def test_clerk_follows_a_job_started_by_a_verb(open_page, harness):
    harness.api.store(7, BODY, 1)
    page = open_page("/document?id=7")
    page.locator("[data-verb=build]").click()
    expect(page.get_by_role("dialog")).to_contain_text("40 of 100 rows")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_clerk_saves_again_after_a_lost_answer_without_a_double(open_page, harness):
    page = open_page("/document")
    fill_invoice(page)
    lost = []

    def lose_answer(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            return route.abort("failed")
        return route.continue_()

    page.route("**/accounting/invoices/", lose_answer)
    page.keyboard.press("Control+s")
    expect(page.locator(".bahi-errors")).to_contain_text("The server could not be reached")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/document?id=7")
    assert len(harness.api.invoices) == 1


def test_clerk_is_warned_before_leaving_unsaved_work(open_page):
    page = open_page("/document")
    field(page, "po_reference").click()
    page.keyboard.type("PO-9")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == ["beforeunload"]


def test_clerk_sees_the_shortcuts(open_page):
    page = open_page("/document")
    page.locator("body").click(position={"x": 5, "y": 400})
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Save and new")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_clerk_goes_to_the_next_document(open_page, harness):
    harness.api.store(7, BODY, 1)
    page = open_page("/document?id=7")
    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_url("**/document?id=8")


def test_clerk_keeps_a_line_that_somebody_else_deleted(open_page, harness):
    two = [{**BODY["lines"][0], "product": n} for n in (1, 2)]
    harness.api.store(7, {**BODY, "lines": two}, 1)
    page = open_page("/document?id=7")
    cell(page, 2, "quantity").fill("9")
    harness.api.store(7, BODY, 2)
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Save with these choices").click()
    expect(page.locator(".bahi-toast")).to_contain_text("Invoice saved")
    sent = [call[2] for call in harness.api.calls if call[0] == "PATCH"][-1]["lines"]
    assert ["id" in line for line in sent] == [True, False]


def test_clerk_comments_and_attaches_files(open_page, harness):
    harness.api.store(7, BODY, 1)
    harness.api.records["links"] = [
        {"kind": "sales.order", "id": 3, "label": "SO/3", "url": "/document?id=3"}
    ]
    change = {"changes": [{"field": "quantity", "label": "Quantity", "old": "2", "new": "<i>3</i>"}]}
    entry = {"id": 1, "at": "2026-11-20T06:00:00Z", "actor_label": "Asha", "verb": "changed", "data": change}
    harness.api.records["timeline"] = [entry]
    page = open_page("/document?id=7")
    expect(page.get_by_role("link", name="SO/3")).to_be_visible()
    expect(page.locator(".bahi-timeline__change")).to_have_text("Quantity: 2 <i>3</i>")
    page.get_by_label("Comment").fill("Call them first")
    page.get_by_role("button", name="Add comment").click()
    expect(page.locator(".bahi-timeline__item").first).to_contain_text("Call them first")
    files = [
        {"name": "po.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"},
        {"name": "bad.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"},
    ]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator(".bahi-toast")).to_contain_text("bad.exe: This kind of file is not accepted.")
    page.get_by_role("button", name="Remove po.pdf").click()
    expect(page.get_by_text("No files yet.")).to_be_visible()


def posted(harness):
    harness.api.store(7, BODY, 1)["status"] = "posted"


def test_clerk_who_clicks_twice_gets_one_dialog(open_page, harness):
    posted(harness)
    page = open_page("/document?id=7")
    page.locator("[data-verb=return]").dblclick()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.wait_for_timeout(700)
    expect(dialog).to_have_count(1)
    asked = [call for call in harness.api.calls if call[1].endswith("/ask/")]
    assert len(asked) == 1
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-verb=return]")).to_be_focused()


def test_clerk_sees_the_sum_of_what_comes_back_and_sends_filled_rows_only(open_page, harness):
    two = [{**BODY["lines"][0], "product": n} for n in (1, 2, 3)]
    harness.api.store(7, {**BODY, "lines": two}, 1)["status"] = "posted"
    page = open_page("/document?id=7&formats=western,iso")
    page.locator("[data-verb=return]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Worth, Line 1").fill("90071992547409.91")
    dialog.get_by_label("Worth, Line 3").fill("0.02")
    expect(dialog.locator(".bahi-asked__sum")).to_contain_text("90,071,992,547,409.93")
    dialog.get_by_role("button", name="Take back").click()
    expect(dialog).to_be_hidden()
    sent = [call[2] for call in harness.api.calls if call[1].endswith("/return/")]
    assert sent == [
        {
            "lines": [
                {"line": 1001, "amount": "90071992547409.91", "serials": ["A1", "A2"]},
                {"line": 1003, "amount": "0.02", "serials": ["A1", "A2"]},
            ]
        }
    ]


def test_clerk_chooses_one_of_each_group_and_ticks_what_is_taken_besides(open_page, harness):
    """Radio buttons where one of a group is to be chosen, ticks where each line is taken or left."""
    posted(harness)
    shown = {"name": "what", "label": "Line", "kind": "text", "input": False}
    chosen = {"name": "chosen", "label": "Chosen", "kind": "bool", "input": True, "one_of": "group"}
    rows = [
        {"line": n, "what": f"No. {n}", "group": str(n // 10), "chosen": n % 10 == 0}
        for n in (10, 11, 20, 21)
    ]
    taken = {"name": "taken", "label": "Taken", "kind": "bool", "input": True, "one_of": ""}
    more = [{"line": n, "what": f"No. {n}", "taken": n == 31} for n in (31, 32)]
    lines = {"kind": "lines", "required": False, "sent": ["line"]}
    fields = [
        {
            **lines,
            "name": "chosen",
            "label": "Alternatives",
            "columns": [shown, chosen],
            "rows": rows,
            "counts": "chosen",
        },
        {
            **lines,
            "name": "options",
            "label": "Options",
            "columns": [shown, taken],
            "rows": more,
            "counts": "",
        },
    ]
    harness.api.ask = lambda _pk: ok({"fields": fields})
    page = open_page("/document?id=7")
    page.locator("[data-verb=return]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio")).to_have_count(4)
    dialog.get_by_role("radio", name="Chosen, Line 2").check()
    expect(dialog.get_by_role("radio", name="Chosen, Line 1")).not_to_be_checked()
    expect(dialog.get_by_role("radio", name="Chosen, Line 3")).to_be_checked()  # of another group
    dialog.get_by_role("radio", name="Chosen, Line 3").press("ArrowDown")
    expect(dialog.get_by_role("radio", name="Chosen, Line 4")).to_be_checked()
    dialog.get_by_role("checkbox", name="Taken, Line 1").uncheck()
    dialog.get_by_role("checkbox", name="Taken, Line 2").check()
    dialog.get_by_role("button", name="Take back").click()
    expect(dialog).to_be_hidden()
    sent = [call[2] for call in harness.api.calls if call[1].endswith("/return/")]
    assert sent == [
        {
            "chosen": [{"line": 11}, {"line": 21}],
            "options": [{"line": 31, "taken": False}, {"line": 32, "taken": True}],
        }
    ]


def test_clerk_copies_the_customers_link_and_is_told(open_page, harness):
    posted(harness)
    page = open_page("/document?id=7")
    page.get_by_text("More", exact=True).click()
    page.locator("[data-tool=link]").dblclick()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Customer's link")).to_have_value("https://acme.example/see/7")
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog).to_have_count(0)
    expect(page.locator(".bahi-toast")).to_have_text(re.compile("Copied"))


def test_clerk_empties_what_was_put_in_by_mistake(open_page, harness):
    posted(harness)
    page = open_page("/document?id=7")
    page.locator("[data-verb=correct]").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("PO date").fill("")
    dialog.get_by_label("Packages").fill("")
    dialog.get_by_role("button", name="Correct").click()
    expect(dialog).to_be_hidden()
    sent = [call[2] for call in harness.api.calls if call[1].endswith("/correct/")]
    assert sent == [{"po_date": None, "packages": ""}], "what was empty before is not sent"


def test_dates_say_how_they_are_written_here(open_page):
    page = open_page("/document?formats=western,iso")
    assert field(page, "due_date").get_attribute("placeholder") == "yyyy-mm-dd"
    field(page, "due_date").fill("3-4-26")
    field(page, "due_date").blur()
    expect(field(page, "due_date")).to_have_value("2026-04-03")
    page = open_page("/document?formats=indian,day_slash")
    assert field(page, "due_date").get_attribute("placeholder") == "dd/mm/yyyy"
