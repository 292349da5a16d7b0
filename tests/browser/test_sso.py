"""Chromium through providers that run: OpenID Connect by a package that isn't ours, SAML by signxml."""

from __future__ import annotations

import pytest
from oidc_provider_mock import User as Person
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import expect

from apps.accounts.models import SignInSession, User
from apps.sso.models import ExternalIdentity, IdentityProvider
from apps.sso.services.providers import provider_save
from tests.browser.conftest import serious_violations
from tests.browser.site import Site
from tests.sso.providers.saml import SamlIdp

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def _database_beside_playwright():
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    yield
    patch.undo()


@pytest.fixture
def site(commits, chromium, settings):
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    running = Site()
    yield running
    running.stop()


@pytest.fixture
def provider(site):
    """provider(code=…, …) → made by the service under the site's own address."""

    def make(**values):
        def work():
            secret = values.pop("secret", "")
            metadata = values.pop("metadata", b"")
            row = provider_save(
                IdentityProvider(), values=values, client_secret=secret, metadata=metadata, by=None
            )
            IdentityProvider.objects.filter(pk=row.pk).untracked_update(base_url=site.url)
            return row.pk

        return site.do(work)

    return make


def no_sideways_scroll(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_openid_connect_from_the_sign_in_page_and_out_again(site, provider, open_site):
    claims = {"email": "asha@acme.example", "email_verified": True, "name": "Asha Rao"}
    with run_server_in_thread(user_claims=[Person(sub="asha", claims=claims)]) as server:
        provider(
            code="works", name="Works", issuer=f"http://localhost:{server.server_port}",
            client_id="bahi", secret="s", active=True, sign_out_there=True,
        )  # fmt: skip
        page = open_site("/accounts/login/?next=/accounts/security/", width=360, dark=True)
        assert no_sideways_scroll(page)
        assert serious_violations(page) == []
        page.get_by_role("link", name="Continue with Works").click()
        page.get_by_role("button", name="asha").first.click()
        expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
        expect(page.locator("tbody").last).to_contain_text("Works")
        assert site.do(lambda: SignInSession.objects.get().provider) == "Works"
        page.locator(".portal-menu summary").click()
        page.get_by_role("button", name="Sign out", exact=True).last.click()
        expect(page.get_by_role("link", name="Sign out at Works")).to_be_visible()
        assert serious_violations(page) == []


def test_saml_from_the_sign_in_page_and_refused_with_a_reason(site, provider, open_site):
    idp = SamlIdp().serve()
    provider(
        code="office", name="Office", protocol="saml", active=True, email_domains=["acme.example"],
        trust_email=True, metadata=idp.metadata().encode(),
    )  # fmt: skip
    page = open_site("/accounts/login/?next=/accounts/profile/")
    assert serious_violations(page) == []
    page.get_by_role("link", name="Continue with Office").click()
    page.get_by_role("button", name="I am Asha").click()
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()
    linked = site.do(lambda: ExternalIdentity.objects.get().user_id)
    assert linked == site.do(lambda: User.objects.get(email="asha@acme.example").pk)

    idp.attributes = {"email": ["stranger@elsewhere.example"]}
    other = open_site("/accounts/login/", width=360, dark=True)
    other.get_by_role("link", name="Continue with Office").click()
    other.get_by_role("button", name="I am Asha").click()
    expect(other.get_by_role("alert")).to_contain_text("aren't let in here")
    assert no_sideways_scroll(other)
    assert serious_violations(other) == []
    idp.stop()
