"""OpenID Connect against a provider over HTTP: the way in, and every lie that must not work."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client

from apps.accounts.models import AccessLog, SignInSession, User
from apps.core.outbound import url_check
from apps.sso.models import ExternalIdentity, ProviderState, SsoAttempt
from tests.sso.conftest import oidc_row
from tests.sso.providers.oidc import CLIENT, came_back, go_and_come_back, new_key

pytestmark = pytest.mark.django_db


def reason_of(answer):
    assert answer.status_code == 403, answer.content.decode()[:300]
    detail = AccessLog.objects.filter(event="sign_in_failed").order_by("-id").first().detail
    assert f"({detail['reason']})" in answer.content.decode()
    return detail["reason"]


def test_known_person_comes_in_and_is_linked_by_verified_address(works, visitor, administrator):
    answer = go_and_come_back(visitor, page="/accounts/profile/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/profile/")
    assert visitor.get("/accounts/profile/").status_code == 200
    session = SignInSession.objects.get(user=administrator)
    assert (session.provider, session.second_factor) == ("Works", "")
    identity = ExternalIdentity.objects.get(user=administrator)
    assert (identity.subject, identity.provisioned) == ("p-1", False)
    events = AccessLog.objects.filter(user_id=administrator.pk).values_list("event", flat=True)
    assert {"sign_in", "identity_linked"} <= set(events)
    assert AccessLog.objects.get(event="sign_in", user_id=administrator.pk).detail["by"] == "sso"


def test_request_carries_pkce_state_and_nonce_new_each_time(works, visitor):
    from urllib.parse import parse_qs, urlsplit

    asked = [parse_qs(urlsplit(visitor.get("/accounts/sso/works/start/")["Location"]).query) for _ in "ab"]
    first, second = asked
    assert first["code_challenge_method"] == ["S256"]
    assert first["response_type"] == ["code"]
    assert first["redirect_uri"] == ["http://acme.localhost/accounts/sso/works/return/"]
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))
    assert not SsoAttempt.objects.filter(token_hash=first["state"][0]).exists()


def test_sign_in_after_the_first_goes_by_the_lasting_id_not_by_the_address(
    works, oidc_provider, administrator
):
    go_and_come_back(Client(HTTP_HOST="acme.localhost"))
    oidc_provider.person |= {"email": "renamed@acme.example"}
    assert go_and_come_back(Client(HTTP_HOST="acme.localhost")).status_code == 302
    assert SignInSession.objects.filter(user=administrator).count() == 2
    oidc_provider.person |= {"sub": "p-2", "email": administrator.email}
    assert reason_of(go_and_come_back(Client(HTTP_HOST="acme.localhost"))) == "other_identity"


def test_address_from_user_info_counts_only_for_the_same_person(works, oidc_provider, visitor):
    oidc_provider.person = {"sub": "p-1"}
    oidc_provider.user_info = {"email": "asha@acme.example", "email_verified": True, "name": "Asha"}
    assert go_and_come_back(visitor).status_code == 302
    oidc_provider.user_info["sub"] = "somebody-else"
    assert reason_of(go_and_come_back(Client(HTTP_HOST="acme.localhost"))) == "invalid"


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"nonce": "another"}, "invalid"),
        ({"nonce": None}, "invalid"),
        ({"aud": "another-client"}, "invalid"),
        ({"aud": [CLIENT, "another"]}, "invalid"),
        ({"aud": [CLIENT, "another"], "azp": "another"}, "invalid"),
        ({"azp": "another"}, "invalid"),
        ({"iss": "https://evil.example"}, "invalid"),
        ({"exp": int(time.time()) - 3600}, "clock"),
        ({"iat": int(time.time()) + 3600}, "clock"),
        ({"nbf": int(time.time()) + 3600}, "clock"),
        ({"exp": None}, "invalid"),
        ({"sub": None}, "invalid"),
        ({"at_hash": "AAAA"}, "invalid"),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, "invalid"),
    ],
)
def test_false_claim_is_refused(works, oidc_provider, visitor, lie, reason):
    def lying(claims):
        return {name: value for name, value in (claims | lie).items() if value is not None}

    oidc_provider.lie = lying
    assert reason_of(go_and_come_back(visitor)) == reason
    assert not ExternalIdentity.objects.exists()
    assert not SignInSession.objects.exists()


def _unsigned(claims):
    return jwt.encode(claims, None, algorithm="none")


def _public_key_as_secret(provider):
    """HS256 with the public key, which everybody knows, as the secret."""

    def sign(claims):
        pem = (
            provider.keys["k1"]
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )

        def part(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")

        import hmac

        head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "k1"}).encode())
        signed = head + b"." + part(json.dumps(claims).encode())
        return (signed + b"." + part(hmac.new(pem, signed, "sha256").digest())).decode()

    return sign


def _swapped_key(claims):
    return jwt.encode(claims, new_key(), algorithm="RS256", headers={"kid": "k1"})


def _brings_its_key(claims):
    key = new_key()
    own = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "mine", "jwk": own})


def _altered(provider):
    def sign(claims):
        head, _body, signature = provider.signed(claims).split(".")
        forged = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "p-9"}).encode()).rstrip(b"=").decode()
        return f"{head}.{forged}.{signature}"

    return sign


@pytest.mark.parametrize("forged", ["none", "public key as secret", "swapped", "brings its key", "altered"])
def test_forged_signature_is_refused(works, oidc_provider, visitor, forged):
    oidc_provider.sign = {
        "none": _unsigned,
        "public key as secret": _public_key_as_secret(oidc_provider),
        "swapped": _swapped_key,
        "brings its key": _brings_its_key,
        "altered": _altered(oidc_provider),
    }[forged]
    assert reason_of(go_and_come_back(visitor)) == "invalid"


def test_rotated_key_is_fetched_but_not_at_every_try(works, oidc_provider, visitor):
    go_and_come_back(visitor)
    oidc_provider.keys = {"k2": new_key()}
    oidc_provider.kid = "k2"
    oidc_provider.calls.clear()
    assert reason_of(go_and_come_back(Client(HTTP_HOST="acme.localhost"))) == "invalid"
    assert oidc_provider.calls.count("/jwks") == 0  # it was asked less than a minute ago
    ProviderState.objects.update(keys_at="2026-01-01T00:00:00Z")
    assert go_and_come_back(Client(HTTP_HOST="acme.localhost")).status_code == 302
    assert oidc_provider.calls.count("/jwks") == 1


def test_wrong_used_and_foreign_state_is_refused(works, visitor):
    address = came_back(visitor.get("/accounts/sso/works/start/")["Location"])
    forged = address.replace("state=", "state=x")
    assert reason_of(visitor.get(forged)) == "state"
    other = Client(HTTP_HOST="acme.localhost")
    other.get("/accounts/sso/works/start/")
    assert reason_of(other.get(address)) == "browser"
    assert visitor.get(address).status_code == 302
    again = Client(HTTP_HOST="acme.localhost")
    again.cookies = visitor.cookies
    assert reason_of(visitor.get(address)) == "state"


def test_expired_state_is_refused(works, visitor):
    address = came_back(visitor.get("/accounts/sso/works/start/")["Location"])
    SsoAttempt.objects.update(created_at="2026-01-01T00:00:00Z", expires_at="2026-01-01T00:10:00Z")
    assert reason_of(visitor.get(address)) == "state"


def test_state_of_another_provider_is_refused(works, oidc_provider, visitor):
    oidc_row(oidc_provider, code="second", name="Second")
    address = came_back(visitor.get("/accounts/sso/works/start/")["Location"])
    assert reason_of(visitor.get(address.replace("/works/", "/second/"))) == "state"


def test_answer_of_another_issuer_is_refused(works, oidc_provider, visitor):
    oidc_provider.answer_more = {"iss": "https://evil.example"}
    assert reason_of(go_and_come_back(visitor)) == "invalid"
    oidc_provider.answer_more = {"iss": oidc_provider.url}
    assert go_and_come_back(visitor).status_code == 302


def test_cancelled_at_the_provider_says_so(works, oidc_provider, visitor):
    oidc_provider.answer_more = {"error": "access_denied", "code": ""}
    answer = go_and_come_back(visitor)
    assert reason_of(answer) == "cancelled"
    assert "/accounts/sso/works/start/" in answer.content.decode()


def test_discovery_of_somebody_else_is_refused(works, oidc_provider, visitor):
    oidc_provider.description_more = {"issuer": "https://evil.example"}
    ProviderState.objects.all().delete()
    assert reason_of(visitor.get("/accounts/sso/works/start/")) == "invalid"


def test_private_addresses_are_never_called(works, settings, visitor):
    settings.OUTBOUND_ALLOWED_HOSTS = []
    with pytest.raises(ValueError, match="https"):
        url_check(works.issuer)
    assert reason_of(visitor.get("/accounts/sso/works/start/")) == "unreachable"


def test_provider_that_is_off_or_unknown_lets_nobody_start(works, visitor, change):
    change(works, active=False)
    assert reason_of(visitor.get("/accounts/sso/works/start/")) == "off"
    assert reason_of(visitor.get("/accounts/sso/nothing/start/")) == "off"
    assert "Continue with" not in visitor.get("/accounts/login/").content.decode()


def test_another_organisation_knows_nothing_of_it(works, visitor):
    zenith = Client(HTTP_HOST="zenith.localhost")
    assert zenith.get("/accounts/sso/works/start/").status_code == 403
    address = came_back(visitor.get("/accounts/sso/works/start/")["Location"])
    assert zenith.get(address).status_code == 403
    assert not zenith.session.get("_auth_user_id")


def test_sign_out_leads_to_a_page_that_offers_the_provider(works, visitor, change):
    change(works, sign_out_there=True)
    go_and_come_back(visitor)
    answer = visitor.post("/accounts/logout/")
    assert answer["Location"].startswith("/accounts/sso/signed-out/?of=")
    page = visitor.get(answer["Location"]).content.decode()
    assert f"{works.issuer}/logout?client_id={CLIENT}" in page
    assert "id_token_hint=" in page
    assert visitor.get("/accounts/profile/").status_code == 302
    assert visitor.get("/accounts/sso/signed-out/?of=1:forged")["Location"] == "/accounts/login/"


def test_provider_ends_sign_ins_by_a_logout_token_once(works, oidc_provider, visitor):
    go_and_come_back(visitor)
    token = oidc_provider.logout_token()
    answer = Client(HTTP_HOST="acme.localhost").post(
        "/accounts/sso/works/back-channel/", {"logout_token": token}
    )
    assert answer.status_code == 200
    assert visitor.get("/accounts/profile/").status_code == 302
    assert SignInSession.objects.get().ended_why == "provider"
    again = visitor.post("/accounts/sso/works/back-channel/", {"logout_token": token})
    assert again.status_code == 400


@pytest.mark.parametrize(
    "changes",
    [{"events": {}}, {"nonce": "n"}, {"aud": "x"}, {"iss": "x"}, {"sub": None}, {"iat": 1}, {"jti": None}],
)
def test_false_logout_token_ends_nothing(works, oidc_provider, visitor, changes):
    go_and_come_back(visitor)
    token = oidc_provider.logout_token(**changes)
    assert visitor.post("/accounts/sso/works/back-channel/", {"logout_token": token}).status_code == 400
    assert visitor.get("/accounts/profile/").status_code == 200


def test_switched_off_user_is_refused_and_stays_out(works, visitor, administrator):
    go_and_come_back(visitor)
    User.objects.filter(pk=administrator.pk).untracked_update(is_active=False)
    assert reason_of(go_and_come_back(Client(HTTP_HOST="acme.localhost"))) == "suspended"


def test_made_up_states_are_limited_and_real_ones_are_not(works, visitor, settings):
    from apps.core.api.throttling import SignInThrottle

    rates, SignInThrottle.THROTTLE_RATES = SignInThrottle.THROTTLE_RATES, {"sign_in": "2/min"}
    try:
        address = came_back(visitor.get("/accounts/sso/works/start/")["Location"])
        codes = [visitor.get("/accounts/sso/works/return/?state=made-up").status_code for _ in range(3)]
        assert codes == [403, 429, 429]
        assert visitor.get(address).status_code == 302
        entries = AccessLog.objects.filter(event="sign_in_failed").count()
        assert entries == 1
    finally:
        SignInThrottle.THROTTLE_RATES = rates
