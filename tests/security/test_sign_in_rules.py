"""Rules of sign-in that ASVS names one by one: passwords as they are typed, session keys, tokens."""

from __future__ import annotations

import base64
import json
import re

import jwt
import pytest
from django.test import Client

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.models import User
from apps.accounts.services.backup_codes import backup_codes_make
from apps.accounts.services.passwords import password_set_for
from apps.core.tenant import public_context
from config.settings import base as base_settings

pytestmark = pytest.mark.django_db
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def browser():
    return Client(HTTP_HOST="acme.localhost")


def sign_in(client, user, password=PASSWORD):
    return client.post("/accounts/login/", {"email": user.email, "password": password})


def test_password_field_hides_what_is_typed_and_lets_managers_fill_and_paste(browser):
    page = browser.get("/accounts/login/").content.decode()
    field = re.search(r"<input[^>]*name=\"password\"[^>]*>", page).group()
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert "onpaste" not in page
    assert "maxlength" not in field or int(re.search(r'maxlength="(\d+)"', field).group(1)) >= 64


def test_password_is_neither_trimmed_nor_changed_and_may_be_long(user_with, administrator, browser):
    person = user_with("parties.view_party")
    for password in ("  kalam-Dawat-9 नमस्ते  ", "Kalam-dawat " * 300):
        password_set_for(user=User.objects.get(pk=person.pk), password=password, by=administrator)
        for changed in {password.strip(), password.lower()} - {password}:
            assert sign_in(Client(HTTP_HOST="acme.localhost"), person, changed).status_code != 302
        assert sign_in(Client(HTTP_HOST="acme.localhost"), person, password).status_code == 302


def test_session_keys_are_long_and_new_at_each_sign_in(user_with):
    person, keys = user_with("parties.view_party"), set()
    for _time in range(3):
        client = Client(HTTP_HOST="acme.localhost")
        sign_in(client, person)
        keys.add(client.session.session_key)
    assert len(keys) == 3
    assert all(len(key) >= 32 for key in keys)  # of 36 signs: 165 bits


def test_every_page_of_who_is_signed_in_offers_to_sign_out(administrator, browser):
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    for page in ("/", "/accounts/profile/", "/admin/parties/party/"):
        assert "/logout/" in browser.get(page).content.decode(), page


def _call(token):
    client = Client(HTTP_HOST="acme.localhost", HTTP_AUTHORIZATION=f"Bearer {token}")
    return client.get("/api/v1/auth/me/").status_code


def test_token_counts_with_our_algorithm_and_key_alone(administrator, settings):
    token = str(BoundRefreshToken.for_user(administrator).access_token)
    assert _call(token) == 200
    claims = jwt.decode(token, options={"verify_signature": False})
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    assert _call(f"{none}.{token.split('.')[1]}.") == 401
    key = settings.SIMPLE_JWT.get("SIGNING_KEY") or settings.SECRET_KEY
    assert _call(jwt.encode(claims, key, algorithm="HS512")) == 401  # another way to sign
    assert _call(jwt.encode(claims, "somebody else's key, long enough for it", algorithm="HS256")) == 401
    header = {"jku": "https://evil.example/keys", "kid": "evil"}
    foreign = jwt.encode(
        claims, "another key that the header points to, long", algorithm="HS256", headers=header
    )
    assert _call(foreign) == 401


def test_backup_codes_are_random_enough_and_differ(user_with):
    codes = [code.replace("-", "") for code in backup_codes_make(user_with("parties.view_party"))]
    assert len(set(codes)) == 10
    assert all(len(code) >= 10 for code in codes)


def test_passwords_and_backup_codes_are_kept_as_argon2_hashes_as_shipped(user_with, settings):
    settings.PASSWORD_HASHERS = base_settings.PASSWORD_HASHERS  # those of tests are quick
    person = user_with("parties.view_party")
    password_set_for(user=person, password=PASSWORD, by=None)
    codes = [code.replace("-", "") for code in backup_codes_make(person)]
    kept = [*person.backup_codes.values_list("code_hash", flat=True), person.password]
    assert {text.partition("$")[0] for text in kept} == {"argon2"}
    assert not any(code[-6:] in text for code in codes for text in kept)


def test_no_account_comes_with_the_product():
    """Provisioned as an operator does it: only the administrator whom he named is there, without a password;
    the platform has nobody before ``create_operator``."""
    assert list(User.objects.values_list("email", flat=True)) == ["asha@acme.example"]
    with public_context():
        assert not User.objects.exists()
