"""A demo is removed from its own page, and its address is free afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.day.desk import Desk

pytestmark = [pytest.mark.browser, pytest.mark.full]
SAY_DEMO = """
from apps.tenancy.models import Organisation
Organisation.objects.filter(slug="sample").update(is_demo=True)
"""


def test_the_administrator_types_its_name_and_it_is_gone(office):
    password = office.organisation("sample")
    office.manage("shell", "-c", SAY_DEMO + "print('done')")
    page = office.at("asha", host="sample.localhost", password=password)
    page.goto("/demo/remove/")
    page.locator("#confirm").fill("Samples")
    page.get_by_role("button", name="Remove the demo").click()
    expect(page.locator("#confirm-error")).to_be_visible()
    Desk(page).fits()
    page.locator("#confirm").fill("Sample")
    page.get_by_role("button", name="Remove the demo").click()
    for _ in range(120):
        answer = page.goto("/admin/")  # None while a going page of before is still being left
        if answer and answer.status == 404:
            break
        page.wait_for_timeout(500)
    else:
        raise AssertionError("the demo was still there after a minute")
