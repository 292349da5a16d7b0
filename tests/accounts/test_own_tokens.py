"""Our own access tokens are read in three steps: with the library's verdict on every one, right or wrong."""

from __future__ import annotations

import time

import jwt
import pytest
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.own_tokens import OwnAccessToken, OwnBackend

pytestmark = pytest.mark.django_db
NOW = int(time.time())
CHANGES = {
    "as it is": {},
    "over": {"exp": NOW - 5},
    "without an end": {"exp": None},
    "an end in words": {"exp": "tomorrow"},
    "made tomorrow": {"iat": NOW + 86_400},
    "without a beginning": {"iat": None},
    "not yet": {"nbf": NOW + 86_400},
    "since yesterday": {"nbf": NOW - 86_400},
    "a number for a person": {"sub": 7},
    "without an id": {"jti": None},
    "an id that is a number": {"jti": 7},
    "of another kind": {"token_type": "refresh"},
    "of somebody": {"iss": "somebody"},
}


@pytest.fixture
def token(administrator):
    return BoundRefreshToken.for_user(administrator).access_token


def said(kind, raw):
    try:
        return kind(raw).payload
    except TokenError:
        return "refused"


def signed(claims, **how):
    return jwt.encode(claims, api_settings.SIGNING_KEY, **{"algorithm": "HS256", **how}).encode()


@pytest.mark.parametrize("name", CHANGES)
def test_claims_are_judged_as_the_library_judges_them(token, name):
    claims = {k: v for k, v in {**token.payload, **CHANGES[name]}.items() if v is not None}
    raw = signed(claims)
    assert said(OwnAccessToken, raw) == said(AccessToken, raw)
    assert (said(OwnAccessToken, raw) == "refused") == (
        name not in ("as it is", "without a beginning", "since yesterday", "of somebody")
    )


def test_other_headers_and_writings_are_the_librarys_to_judge(token):
    raw = str(token).encode()
    head, body, mac = raw.split(b".")
    for other in (
        signed(token.payload, headers={"kid": "x"}), signed(token.payload, algorithm="HS512"), raw + b"=",
        b".".join((head, body, mac[:-1])), b".".join((head, body + b"AA", mac)), b".".join((head, body)),
        b".".join((head, body, b"")), head, b"", b"..", b"\xff.\xfe.\xfd", raw + b".",
    ):  # fmt: skip
        assert said(OwnAccessToken, other) == said(AccessToken, other), other


def test_a_token_of_ours_never_comes_to_the_library(token, monkeypatch):
    monkeypatch.setattr(OwnBackend.__base__, "decode", None)
    assert said(OwnAccessToken, str(token).encode()) == token.payload
