"""Nonsense from outside is refused in words; it is never a fault (a 500)."""

from __future__ import annotations

import base64

import pytest
from django.test import Client

from apps.sso.models import SsoAttempt
from tests.sso.providers.oidc import go_and_come_back
from tests.sso.providers.saml import encoded

pytestmark = pytest.mark.django_db
NUL = "\0"


def browser():
    return Client(HTTP_HOST="acme.localhost")


@pytest.mark.parametrize("query", ["", "?state=%00", "?state=é&code=%00", "?error=x&state=", "?iss=[::1"])
def test_return_address_takes_nonsense(works, query):
    assert browser().get(f"/accounts/sso/works/return/{query}").status_code == 403
    assert browser().get(f"/accounts/sso/office/finish/{query}").status_code == 403
    assert browser().get(f"/accounts/sso/works/slo/{query}").status_code == 403


def test_error_text_with_a_nul_is_logged_without_it(works, oidc_provider):
    oidc_provider.answer_more = {"error": f"a{NUL}b", "error_description": NUL}
    assert go_and_come_back(browser()).status_code == 403


@pytest.mark.parametrize("page", ["/%00", "/" + "x" * 900, "/a%0ab"])
def test_page_that_can_t_be_kept_is_the_start_page(works, page):
    assert browser().get(f"/accounts/sso/works/start/?next={page}").status_code == 302
    assert SsoAttempt.objects.get().page == "/"


@pytest.mark.parametrize(
    "claims",
    [
        {"name": f"As{NUL}ha"},
        {"name": ["Asha", {}], "groups": [[], {}, None, 7, "x" * 900]},
        {"name": {"given": "Asha"}, "groups": "one"},
        {"phone_number": "9" * 500, "amr": 7, "acr": {}, "sid": []},
    ],
)
def test_claims_of_odd_kinds_are_taken_as_far_as_they_go(works, oidc_provider, claims):
    oidc_provider.person |= claims
    assert go_and_come_back(browser()).status_code == 302


def test_subject_that_is_nothing_is_refused(works, oidc_provider):
    oidc_provider.person["sub"] = NUL
    assert go_and_come_back(browser()).status_code == 403


@pytest.mark.parametrize(
    "token",
    [
        "", "a.b.c", NUL, "é.é.é", "x" * 200_000,
        base64.urlsafe_b64encode(b'{"alg":' + b"[" * 9000 + b"]" * 9000 + b"}").decode() + ".e30.e30",
        base64.urlsafe_b64encode(b'{"alg":["RS256"],"kid":7}').decode() + ".e30.e30",
    ],
)  # fmt: skip
def test_logout_address_takes_nonsense(works, token):
    answer = browser().post("/accounts/sso/works/back-channel/", {"logout_token": token})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query", ["SAMLRequest=%00", "SAMLRequest=AAAA", "SAMLResponse=x&Signature=x", "a=b"]
)
def test_sign_out_address_takes_nonsense(office, query):
    assert browser().get(f"/accounts/sso/office/slo/?{query}").status_code == 403


def test_time_with_an_offset_is_refused_not_a_fault(office, idp):
    client = browser()
    asked = idp.read(client.get("/accounts/sso/office/start/")["Location"])
    root = idp.response(idp.said(asked), sign="nothing")
    assertion = root.find("{*}Assertion")
    statement = assertion.find("{*}AuthnStatement")
    statement.set("AuthnInstant", "2026-11-30T09:00:00+05:30")
    root.replace(assertion, idp.signed(assertion))
    form = {"SAMLResponse": encoded(root), "RelayState": asked.relay_state}
    assert browser().post("/accounts/sso/office/acs/", form).status_code in (303, 403)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"issuer": "https://[::1"}, "issuer"),
        ({"protocol": "saml", "sso_url": "https://[::1"}, "sso_url"),
        ({"metadata_url": "file:///etc/passwd"}, "metadata_url"),
        ({"email_domains": ["x" * 400]}, "email_domains"),
        ({"preset": "nobody"}, "preset"),
        ({"protocol": "ldap"}, "protocol"),
        ({"default_role": 99_999_999}, "default_role"),
        ({"group_roles": [{"group": "", "role": 1}]}, "group_roles"),
    ],
)
def test_api_names_the_field(api, values, field):
    answer = api.post("sso/providers/", {"code": "p", "name": "P"} | values, 400)
    assert any(error["field"].startswith(field) for error in answer["errors"]), answer


def test_same_group_and_role_twice_is_refused_in_words(api, role):
    clerk = role("Clerk")
    rows = [{"group": "a", "role": clerk.pk}, {"group": "a", "role": clerk.pk}]
    answer = api.post("sso/providers/", {"code": "p", "name": "P", "group_roles": rows}, 400)
    assert answer["errors"]
