"""OpenID Connect: authorization code with PKCE, and what an ID token must fulfil to be believed.

Sources: OpenID Connect Core 1.0 (3.1.3.7 ID token validation), Discovery 1.0, RFC 7636 (PKCE), RFC 9207
(issuer in the answer), RP-Initiated Logout 1.0, Back-Channel Logout 1.0, RFC 8725 (JWT practices).
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import jwt
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from apps.core.outbound import url_check
from apps.core.secrets import secret_read
from apps.sso.addresses import browser_address_check
from apps.sso.choices import TokenAuth
from apps.sso.claims import Claims, first, groups_of, mapped, second_factor_taken, texts
from apps.sso.models import IdentityProvider, ProviderState
from apps.sso.protocols.fetching import fetch_json
from apps.sso.refusals import Reason, SsoRefused

# Signatures by the provider's private key only: none and HS… would let whoever knows the public key forge.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds that clocks may differ
DESCRIPTION_LIVES, KEYS_LIVE = timedelta(hours=24), timedelta(hours=24)
KEYS_AGAIN = timedelta(seconds=60)  # an unknown key id makes us ask, but not more often
LEAST_RSA_BITS = 2048
LONGEST_TOKEN = 128 * 1024
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_VISITED = ("authorization_endpoint", "end_session_endpoint")  # by browsers; the others are called from here
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_KEPT = (
    "issuer", *_ENDPOINTS, "userinfo_endpoint", "end_session_endpoint",
    "id_token_signing_alg_values_supported", "authorization_response_iss_parameter_supported",
)  # fmt: skip


# --- what the provider publishes -----------------------------------------------------------------


def discover(issuer: str) -> dict[str, Any]:
    """The provider's description. Raises SsoRefused when it isn't there or is somebody else's."""
    found = fetch_json("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise SsoRefused(Reason.INVALID, f"discovery names another issuer: {found.get('issuer')}")
    for name in _KEPT[1:6]:
        if name not in found and name not in _ENDPOINTS:
            continue
        check = browser_address_check if name in _VISITED else url_check
        try:
            check(str(found.get(name, "")))
        except ValueError as error:
            raise SsoRefused(Reason.INVALID, f"discovery: {name}: {error}") from error
    return {name: found[name] for name in _KEPT if name in found}


def state_of(provider: IdentityProvider) -> ProviderState:
    return ProviderState.objects.get_or_create(provider=provider)[0]


def description_of(provider: IdentityProvider, *, fresh: bool = False) -> dict[str, Any]:
    """The description, from the last 24 hours unless ``fresh``."""
    state = state_of(provider)
    now = timezone.now()
    young = state.described_at is not None and state.described_at > now - DESCRIPTION_LIVES
    same = str(state.description.get("issuer", "")).rstrip("/") == provider.issuer.rstrip("/")
    if young and same and not fresh:
        return state.description
    state.description, state.described_at = discover(provider.issuer), now
    state.save(update_fields=["description", "described_at"])
    return state.description


def keys_of(provider: IdentityProvider, *, fresh: bool = False) -> list[dict[str, Any]]:
    """The provider's public keys, from the last 24 hours unless ``fresh``."""
    state = state_of(provider)
    now = timezone.now()
    address = description_of(provider)["jwks_uri"]
    since = now - (KEYS_AGAIN if fresh else KEYS_LIVE)
    if state.keys_at is not None and state.keys_at > since and state.keys.get("from") == address:
        return state.keys["keys"]
    found = fetch_json("GET", address).get("keys")
    if not isinstance(found, list):
        raise SsoRefused(Reason.INVALID, "jwks_uri has no keys")
    state.keys = {"from": address, "keys": [key for key in found if isinstance(key, dict)]}
    state.keys_at = now
    state.save(update_fields=["keys", "keys_at"])
    return state.keys["keys"]


# --- sending somebody there ----------------------------------------------------------------------


def authorization_url(
    provider: IdentityProvider,
    *,
    return_url: str,
    state: str,
    nonce: str,
    verifier: str,
    again_as: str = "",
) -> str:
    """Where to send the browser. ``again_as``: the person must prove himself anew, with this address."""
    digest = hashlib.sha256(verifier.encode()).digest()
    wanted = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": return_url,
        "scope": " ".join(dict.fromkeys(["openid", *provider.scopes.split()])),
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if again_as:
        wanted |= {"prompt": "login", "max_age": "0", "login_hint": again_as}
    address = description_of(provider)["authorization_endpoint"]
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(wanted)}"


# --- the answer ----------------------------------------------------------------------------------


def answer_check(provider: IdentityProvider, given: dict[str, str]) -> str:
    """The code of an answer to our return address. Raises SsoRefused."""
    described = description_of(provider)
    issuer = given.get("iss", "")
    named = issuer or described.get("authorization_response_iss_parameter_supported")
    if named and issuer != described["issuer"]:
        raise SsoRefused(Reason.INVALID, f"answer of another issuer: {issuer}")
    if given.get("error"):
        raise SsoRefused(Reason.CANCELLED, f"{given['error']}: {given.get('error_description', '')}")
    if not given.get("code"):
        raise SsoRefused(Reason.INVALID, "no code")
    return given["code"]


def claims_fetch(
    provider: IdentityProvider, *, code: str, return_url: str, nonce: str, verifier: str
) -> Claims:
    """Exchange the code and believe what the ID token proves. Raises SsoRefused."""
    described = description_of(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_url,
        "code_verifier": verifier,
    }
    tokens = fetch_json("POST", described["token_endpoint"], **_authenticated(provider, form))
    if not isinstance(tokens.get("id_token"), str):
        raise SsoRefused(Reason.INVALID, "no ID token")
    said = id_token_verify(provider, tokens["id_token"], nonce=nonce)
    _access_token_check(tokens, said, tokens["id_token"])
    said = {**_user_info(provider, described, tokens, said), **said}
    return _claims(provider, said, tokens["id_token"])


def _authenticated(provider: IdentityProvider, form: dict[str, str]) -> dict[str, Any]:
    secret = secret_read(provider, "client_secret")
    if provider.token_auth == TokenAuth.BASIC and secret:
        pair = f"{quote_plus(provider.client_id)}:{quote_plus(secret)}"
        header = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return {"data": form, "headers": {"Authorization": header}}
    form = {**form, "client_id": provider.client_id}
    return {"data": {**form, "client_secret": secret} if secret else form}


def _user_info(
    provider: IdentityProvider, described: dict[str, Any], tokens: dict[str, Any], said: dict[str, Any]
) -> dict[str, Any]:
    """What the user info endpoint adds, asked only where the ID token lacks something that is mapped."""
    mapped_names = [provider.claim_email, provider.claim_name, provider.claim_groups]
    address, token = described.get("userinfo_endpoint"), tokens.get("access_token")
    if not address or not token or all(name in said for name in mapped_names if name):
        return {}
    more = fetch_json("GET", address, headers={"Authorization": f"Bearer {token}"})
    if more.get("sub") != said["sub"]:
        raise SsoRefused(Reason.INVALID, "user info is about another person")
    return more


def _access_token_check(tokens: dict[str, Any], said: dict[str, Any], id_token: str) -> None:
    if "at_hash" not in said:
        return
    bits = jwt.get_unverified_header(id_token)["alg"][-3:]
    method = getattr(hashlib, f"sha{bits}", hashlib.sha512)
    digest = method(str(tokens.get("access_token", "")).encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not constant_time_compare(half, str(said["at_hash"])):
        raise SsoRefused(Reason.INVALID, "at_hash: the access token belongs to another ID token")


def id_token_verify(provider: IdentityProvider, token: str, *, nonce: str) -> dict[str, Any]:
    """What a genuine ID token for this sign-in says. Raises SsoRefused."""
    said = _verified(provider, token, require=["iss", "sub", "aud", "exp", "iat"])
    if "events" in said:
        raise SsoRefused(Reason.INVALID, "a logout token is no ID token")
    if not constant_time_compare(str(said.get("nonce", "")), nonce):
        raise SsoRefused(Reason.INVALID, "nonce: the ID token was made for another sign-in")
    return said


def logout_token_verify(provider: IdentityProvider, token: str) -> dict[str, Any]:
    """What a genuine logout token says: {sub?, sid?, jti, exp?}. Raises SsoRefused."""
    said = _verified(provider, token, require=["iss", "aud", "iat", "jti"])
    events = said.get("events")
    if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in said:
        raise SsoRefused(Reason.INVALID, "this is no logout token")
    if not said.get("sub") and not said.get("sid"):
        raise SsoRefused(Reason.INVALID, "the logout token names nobody")
    if float(said["iat"]) < timezone.now().timestamp() - 300:
        raise SsoRefused(Reason.CLOCK, "the logout token is over five minutes old")
    return said


def _verified(provider: IdentityProvider, token: str, *, require: list[str]) -> dict[str, Any]:
    """Signature, issuer, audience and times of a JWT of the provider."""
    described = description_of(provider)
    if len(token) > LONGEST_TOKEN:
        raise SsoRefused(Reason.INVALID, "the token is too long")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg", "")
        offered = described.get("id_token_signing_alg_values_supported") or ["RS256"]
        if algorithm not in ALGORITHMS or algorithm not in offered:
            raise SsoRefused(Reason.INVALID, f"algorithm {algorithm} isn't accepted")
        said = jwt.decode(
            token,
            _key(provider, header.get("kid"), algorithm),
            algorithms=[algorithm],
            audience=provider.client_id,
            issuer=described["issuer"],
            leeway=LEEWAY,
            options={"require": require},
        )
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError) as error:
        raise SsoRefused(Reason.CLOCK, str(error)) from error
    except (jwt.PyJWTError, RecursionError) as error:
        raise SsoRefused(Reason.INVALID, str(error)) from error
    party = said.get("azp")
    several = isinstance(said["aud"], list) and len(said["aud"]) > 1
    if (several or party is not None) and party != provider.client_id:
        raise SsoRefused(Reason.INVALID, f"authorized party is {party}")
    return said


def _key(provider: IdentityProvider, name: str | None, algorithm: str) -> Any:
    """The provider's own key, never one that the token brings along."""
    for fresh in (False, True):
        found = [key for key in keys_of(provider, fresh=fresh) if _fits(key, name, algorithm)]
        if len(found) == 1:
            made = jwt.PyJWK(found[0], algorithm=algorithm)
            if getattr(made.key, "key_size", LEAST_RSA_BITS) < LEAST_RSA_BITS and made.key_type == "RSA":
                raise SsoRefused(Reason.INVALID, "the provider's RSA key is too short")
            return made.key
    raise SsoRefused(Reason.INVALID, f"the provider has no key {name or ''}")


def _fits(key: dict[str, Any], name: str | None, algorithm: str) -> bool:
    family = {"R": "RSA", "P": "RSA", "E": "OKP" if algorithm == "EdDSA" else "EC"}[algorithm[0]]
    right_kind = key.get("kty") == family and key.get("use", "sig") == "sig"
    return right_kind and key.get("alg", algorithm) == algorithm and name in (None, key.get("kid"))


def _claims(provider: IdentityProvider, said: dict[str, Any], id_token: str) -> Claims:
    groups: list[str] | None = groups_of(provider, said)
    elsewhere = said.get("_claim_names")
    if isinstance(elsewhere, dict) and provider.claim_groups in elsewhere:
        groups = None  # more groups than fit into a token: Microsoft names a place to ask instead
    if not first(said, "sub"):
        raise SsoRefused(Reason.INVALID, "sub is empty")
    known_email = first(said, provider.claim_email) == first(said, "email")
    verified, when = said.get("email_verified"), said.get("auth_time")
    return Claims(
        subject=first(said, "sub")[:300],
        email=first(said, provider.claim_email).lower()[:254],
        email_verified=known_email and (verified is True or verified == "true"),
        groups=groups,
        second_factor=second_factor_taken(provider, [*texts(said.get("amr")), *texts(said.get("acr"))]),
        authenticated_at=int(when) if isinstance(when, (int, float)) else 0,
        idp_session=first(said, "sid")[:300],
        id_token=id_token,
        hosted_domain=first(said, "hd").lower(),
        said={name: value for name, value in said.items() if name not in ("nonce", "at_hash")},
        **mapped(provider, said),
    )


# --- leaving -------------------------------------------------------------------------------------


def sign_out_url(provider: IdentityProvider, *, id_token: str, return_url: str) -> str:
    """Where to sign out at the provider; empty when it has no such address."""
    address = description_of(provider).get("end_session_endpoint", "")
    if not address:
        return ""
    wanted = {"client_id": provider.client_id, "post_logout_redirect_uri": return_url}
    if id_token:
        wanted["id_token_hint"] = id_token
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(wanted)}"
