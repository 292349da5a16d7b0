"""Signing in with Chromium on the real application: second step, passkeys, rules, keys, sessions."""

from __future__ import annotations

import re
import time
from http.client import HTTPConnection

import pytest
from playwright.sync_api import expect

from apps.accounts import totp
from apps.accounts.models import AccessLog, FactorMethod, SecondFactor, User
from apps.accounts.services.policy import policy_save
from apps.core.secrets import secret_read
from tests.browser.conftest import serious_violations
from tests.browser.site import Site
from tests.factories.accounts import make_user

pytestmark = pytest.mark.browser
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def site(commits, chromium):
    running = Site()
    yield running
    running.stop()


@pytest.fixture
def person(site):
    return site.do(lambda: make_user("parties.view_party", email="meera@acme.example").email)


def sign_in(page, email, password=PASSWORD):
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def code_of(site, email):
    def work():
        factor = SecondFactor.objects.get(user__email=email, method=FactorMethod.TOTP)
        SecondFactor.objects.filter(pk=factor.pk).update(last_step=0)
        return totp.code_at(secret_read(factor, "secret"), int(time.time()) // totp.STEP_SECONDS)

    return site.do(work)


def no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def called_with(site, key):
    """Status of an API call with the key, as a program outside the browser makes it."""
    connection = HTTPConnection("127.0.0.1", site.server.server_port, timeout=20)
    headers = {"Host": "acme.localhost", "Authorization": f"Api-Key {key}"}
    connection.request("GET", "/api/v1/parties/parties/", headers=headers)
    return connection.getresponse().status


def virtual_authenticator(page):
    """A platform authenticator of Chromium that answers by itself, owner verified; gives its handle."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def test_person_who_must_have_a_factor_sets_up_an_app_and_signs_in_with_it(site, person, open_site):
    def require():
        by = User.objects.get(email="asha@acme.example")
        policy_save(require_for="all", roles=[], methods=["totp", "passkey"], by=by)

    site.do(require)
    page = open_site("/accounts/login/?next=/accounts/profile/", width=360, dark=True)
    sign_in(page, person)
    expect(page.get_by_role("alert")).to_contain_text("requires a second factor")
    assert no_sideways_scroll(page)
    page.get_by_role("link", name="Authenticator app").click()
    assert page.locator("img[alt*='QR code']").evaluate("one => one.naturalWidth") > 100
    assert serious_violations(page) == []
    page.get_by_label("Code").fill(code_of(site, person))
    page.get_by_role("button", name="Confirm").click()
    codes = page.locator(".portal-codes code").all_inner_texts()
    assert len(codes) == 10
    assert no_sideways_scroll(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 codes are left")).to_be_visible()
    assert serious_violations(page) == []

    other = open_site("/accounts/login/?next=/accounts/profile/")
    sign_in(other, person)
    expect(other.get_by_role("heading", name="Second step")).to_be_visible()
    assert serious_violations(other) == []
    other.get_by_label("Code").fill(code_of(site, person))
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", name="Your profile")).to_be_visible()

    third = open_site("/accounts/login/")
    sign_in(third, person)
    third.get_by_role("link", name="Backup code").click()
    third.get_by_label("Code").fill(codes[3])
    third.keyboard.press("Enter")
    third.wait_for_url(site.url + "/")


def test_passkey_is_second_step_and_signs_in_alone(site, person, open_site):
    page = open_site("/accounts/login/?next=/accounts/security/passkey/")
    session, authenticator = virtual_authenticator(page)
    sign_in(page, person)
    page.get_by_label("Name of this passkey").fill("Office laptop")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.locator(".portal-codes code")).to_have_count(10)
    page.goto(site.url + "/accounts/security/")
    expect(page.get_by_role("cell", name="Office laptop", exact=True)).to_be_visible()

    def sign_out():
        page.locator(".portal-menu summary").click()
        page.get_by_role("button", name="Sign out", exact=True).last.click()
        page.wait_for_url("**/accounts/login/")

    sign_out()
    sign_in(page, person)
    page.get_by_role("button", name="Use passkey").click()
    page.wait_for_url(site.url + "/")
    sign_out()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(site.url + "/")
    sign_out()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-passkey-problem]")).to_be_visible()
    assert page.url.endswith("/accounts/login/")

    def facts():
        factor = SecondFactor.objects.get(user__email=person)
        entries = AccessLog.objects.filter(event="sign_in", detail__second_step="passkey")
        return factor.host, factor.sign_count, entries.count()

    host, counter, count = site.do(facts)
    assert (host, count) == ("acme.localhost", 2)
    assert counter >= 2


def test_person_makes_and_revokes_a_key_and_ends_another_device(site, person, open_site):
    other = open_site("/accounts/login/")
    sign_in(other, person)
    other.wait_for_url(site.url + "/")
    page = open_site("/accounts/login/?next=/accounts/keys/", width=360)
    sign_in(page, person)
    page.get_by_role("link", name="Make a key").click()
    page.get_by_label("What is it for?").fill("Till")
    page.get_by_label("read everything that I may see").check()
    assert no_sideways_scroll(page)
    assert serious_violations(page) == []
    page.get_by_role("button", name="Make the key").click()
    text = page.locator("p.portal-codes code").inner_text()
    assert re.fullmatch(r"bahi_[0-9a-f]{10}_[\w-]{43}", text)
    assert called_with(site, text) == 200
    page.get_by_role("link", name="I have kept it").click()
    page.get_by_role("button", name="Revoke Till").click()
    expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
    assert called_with(site, text) == 401
    assert no_sideways_scroll(page)

    page.goto(site.url + "/accounts/security/")
    page.get_by_role("button", name="Sign out all other devices").click()
    expect(page.get_by_text("This device")).to_be_visible()
    other.goto(site.url + "/accounts/profile/")
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
