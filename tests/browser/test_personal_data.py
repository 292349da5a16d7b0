"""The pages of personal data and of file encryption at 1440 and 360 px, light and dark, by keyboard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from apps.privacy.models import PersonalRequest
from tests.browser.conftest import serious_violations
from tests.browser.test_sign_in import no_sideways_scroll, sign_in, site
from tests.factories.accounts import make_user

__all__ = ["site"]
pytestmark = pytest.mark.browser
RIGHTS = (
    "privacy.give_personal_data", "privacy.erase_person", "parties.view_party", "files.change_settings",
)  # fmt: skip


def shot(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.fixture
def people(site):
    def work():
        from tests.privacy.test_erasure import meera

        return make_user(*RIGHTS, is_staff=True, email="boss@acme.example").email, meera().pk

    return site.do(work)


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (360, True), (1440, True), (360, False)])
def test_person_is_found_and_seen(open_site, people, width, dark):
    email, _pk = people
    page = open_site("/accounts/login/?next=/data/personal/", width=width, dark=dark)
    sign_in(page, email)
    box = page.get_by_label("Name, e-mail, telephone or PAN")
    box.fill("meera")
    box.press("Enter")
    link = page.get_by_role("link", name="Meera Iyer")
    expect(link).to_be_visible()
    assert no_sideways_scroll(page)
    assert serious_violations(page) == []
    shot(page, f"find-{width}-{dark}")
    link.press("Enter")
    expect(page.get_by_role("button", name="Erase this person")).to_be_visible()
    assert no_sideways_scroll(page)
    assert serious_violations(page) == []
    shot(page, f"person-{width}-{dark}")
    for address in ("/data/file-encryption/", "/data/privacy/"):
        page.goto(page.url.split("/data/")[0] + address)
        assert no_sideways_scroll(page)
        assert serious_violations(page) == []
        shot(page, f"{address.strip('/').replace('/', '-')}-{width}-{dark}")
    assert page.url.endswith("/data/privacy/")


def test_erasing_by_keyboard_asks_for_the_name(open_site, site, people):
    email, pk = people
    page = open_site(f"/accounts/login/?next=/data/personal/parties.party:{pk}/")
    sign_in(page, email)
    typed = page.get_by_label("Type “Meera Iyer”")
    typed.fill("Meera")
    typed.press("Enter")
    expect(page.get_by_text("Type the name exactly as it is shown.")).to_be_visible()
    page.get_by_label("Type “Meera Iyer”").fill("Meera Iyer")
    page.get_by_label("Type “Meera Iyer”").press("Enter")
    expect(page.get_by_text("The person is being erased in the background.")).to_be_visible()
    assert site.do(PersonalRequest.objects.count) == 1
