"""An administrator's pages in an organisation of her own: settings, days, numbers, look, rights, leaving."""

from __future__ import annotations

import re
import zipfile
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import serious_violations
from tests.kit.files import png

pytestmark = [pytest.mark.browser, pytest.mark.full]
SLUG, HOST = "nair", "nair.localhost"
POST = """async ([path, body]) =>
  (await (await import("/static/bahi/js/api.js")).post(path, body)).data.id"""
COMPANY = {
    "code": "NAIR", "trade_name": "Nair Spices", "legal_name": "Nair Spices", "state_code": "32",
    "currency": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def password(office: Any) -> str:
    made = office.organisation(SLUG)
    page = office.at("asha", host=HOST, password=made)
    page.goto("/admin/")
    page.evaluate(POST, ["/api/v1/company/companies/", COMPANY])
    return made


@pytest.fixture(params=[(1440, False), (360, True)], ids=["desk", "phone"])
def boss(office: Any, password: str, request: pytest.FixtureRequest) -> Page:
    width, dark = request.param
    return office.at("asha", host=HOST, password=password, width=width, dark=dark)


def sound(page: Page) -> None:
    """Nothing is cut off at the right, and everybody can use it."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    assert serious_violations(page) == []


def messages(page: Page) -> Any:
    return page.locator("body")


def test_settings_are_checked_kept_told_and_taken_back(boss):
    boss.goto("/company/settings/")
    sound(boss)
    boss.locator(".bahi-card", has_text="Sales").first.click()
    days = boss.locator("[name=quotation_days]")
    usual = days.input_value()
    days.fill("9999")
    days.press("Enter")
    expect(boss.locator(".bahi-field__error").first).to_be_visible()
    sound(boss)
    days.fill("21")
    days.press("Enter")
    expect(boss.locator(".bahi-matrix__changes").first).to_contain_text("→ 21")
    boss.reload()
    expect(days).to_have_value("21")
    boss.get_by_role("button", name=re.compile("^Reset")).first.click()
    expect(days).to_have_value(usual)


def test_terms_on_invoices_are_set_told_and_taken_back(boss):
    boss.goto("/company/settings/accounting/")
    terms = boss.locator("[name=invoice_terms]")
    terms.fill("Spices are taken back sealed.\nSubject to Kochi courts.")
    boss.get_by_role("button", name="Save", exact=True).click()
    expect(boss.locator(".bahi-matrix__changes").first).to_contain_text("Spices are taken back")
    boss.get_by_role("button", name=re.compile("^Reset Terms on invoices")).click()
    expect(terms).to_have_value("")
    sound(boss)


def test_a_year_of_holidays_is_filled_and_working_days_are_kept(boss):
    boss.goto("/company/holidays/year/")
    sound(boss)
    boss.locator("form:has([value=national]) [name=year]").fill("2031")
    boss.locator("form:has([value=national]) button").click()
    expect(messages(boss)).to_contain_text(re.compile(r"\d entered, \d were there"))
    boss.goto("/company/settings/company/")
    sound(boss)
    sunday = boss.locator("input[name=working_days][value=sun]")
    was = sunday.is_checked()
    sunday.focus()
    boss.keyboard.press("Space")
    boss.get_by_role("button", name="Save", exact=True).click()
    expect(sunday).to_be_checked(checked=not was)
    boss.get_by_role("button", name=re.compile("^Reset")).first.click()
    expect(sunday).to_be_checked(checked=was)


def test_a_pattern_of_numbers_is_tried_before_it_is_kept(boss):
    boss.goto("/company/series/")
    sound(boss)
    row = boss.locator("#kind-accountinginvoice")
    pattern = row.locator("[name=pattern]")
    before = pattern.input_value()
    pattern.fill("SPICE/{FY}/{####}")
    row.get_by_role("button", name="Try").click()
    expect(row.locator("[role=status]")).to_contain_text(re.compile(r"SPICE/\d\d-\d\d/0001"))
    pattern.fill("NO-NUMBER")
    row.get_by_role("button", name="Try").click()
    expect(row.locator(".bahi-field__error").first).to_be_visible()
    sound(boss)
    boss.goto("/company/series/")
    expect(pattern).to_have_value(before)  # trying kept nothing


def test_the_sign_in_page_is_seen_before_it_is_saved(office, boss):
    boss.goto("/organisation/look/")
    preview = boss.locator("[data-look-preview]")
    button = preview.locator("[data-part=button]")
    boss.get_by_label("Text under the name").fill("Only for the people of Nair")
    expect(preview).to_contain_text("Only for the people of Nair")
    boss.get_by_label("Colour of buttons", exact=True).fill("#7a1f3d")
    expect(button).to_have_css("background-color", "rgb(122, 31, 61)")
    boss.get_by_label("Choose: Colour of the page").fill("#fff4e0")  # the picker fills the field
    expect(boss.get_by_label("Colour of the page", exact=True)).to_have_value("#fff4e0")
    expect(preview.locator("[data-part=page]")).to_have_css("background-color", "rgb(255, 244, 224)")
    boss.get_by_label("Colour of buttons", exact=True).fill("#ffe9c0")
    expect(preview.get_by_role("status")).to_contain_text("hard to see")
    boss.get_by_label("Colour of buttons", exact=True).fill("#7a1f3d")
    expect(preview.get_by_role("status")).to_be_empty()
    boss.get_by_label("Logo", exact=True).set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": png(120, 40)}
    )
    expect(preview.locator("img")).to_have_js_property("naturalWidth", 120)
    sound(boss)
    boss.get_by_role("button", name="Save", exact=True).click()
    visitor = office.at(None, host=HOST, width=boss.viewport_size["width"])
    visitor.goto("/accounts/login/")
    expect(visitor.locator(".portal-panel")).to_contain_text("Only for the people of Nair")
    shown = visitor.get_by_role("button", name="Sign in", exact=True)
    expect(shown).to_have_css("background-color", "rgb(122, 31, 61)")
    expect(visitor.locator("body")).to_have_css("background-color", "rgb(255, 244, 224)")
    assert serious_violations(visitor) == []


def test_what_a_person_may_do_and_why_is_told(boss):
    boss.goto("/accounts/roles/why/")
    boss.locator("#why-user").select_option(index=1)
    boss.get_by_role("button", name="Explain").click()
    boss.locator("details.bahi-matrix__module > summary").first.click()
    expect(boss.locator("details[open] td").first).to_be_visible()
    sound(boss)
    boss.locator("#why-permission").fill("sales.confirm_order")
    boss.keyboard.press("Enter")
    expect(boss.locator(".bahi-report__period")).to_contain_text("allowed")
    expect(boss.locator(".bahi-matrix__steps li").first).to_be_visible()
    sound(boss)


def test_all_data_is_exported_and_taken_once(boss, tmp_path):
    boss.goto("/data/export/")
    boss.get_by_role("button", name="Export everything").click()
    take = boss.get_by_role("button", name="Download once").first
    expect(take).to_be_visible()  # the page follows the job by itself
    sound(boss)
    with boss.expect_download() as download:
        take.click()
    download.value.save_as(tmp_path / "all.zip")
    assert "manifest.json" in zipfile.ZipFile(tmp_path / "all.zip").namelist()
    boss.goto("/data/export/")
    expect(boss.locator("tbody tr").first).to_contain_text("downloaded")


def test_the_organisation_leaves_and_is_taken_back_by_the_mailed_link(office, password):
    boss = office.at("asha", host=HOST, password=password)
    boss.goto("/organisation/leave/")
    sound(boss)
    without_copy = boss.get_by_label("I go without a fresh copy of our data")
    if without_copy.count():  # not asked where another test made an export today
        without_copy.check()
    boss.get_by_label("Name of the organisation").fill("Somebody else")
    boss.keyboard.press("Enter")
    expect(boss.locator(".errorlist")).to_contain_text("exactly")
    boss.get_by_label("Name of the organisation").fill(SLUG.title())
    boss.keyboard.press("Enter")
    expect(boss.locator("body")).not_to_contain_text("Delete in 30 days")
    stranger = office.at(None, host=HOST, width=360)
    stranger.goto("/accounts/login/")
    expect(stranger.get_by_label("Password", exact=True)).to_have_count(0)
    stranger.goto(office.mail_link(r"/organisation/keep/[\w.:~-]+/"))
    sound(stranger)
    stranger.get_by_role("button").last.click()
    stranger.goto("/accounts/login/")
    expect(stranger.get_by_label("Password", exact=True)).to_be_visible()
    office.problems.clear()  # open pages asked on while the organisation was closed, and were told 403
