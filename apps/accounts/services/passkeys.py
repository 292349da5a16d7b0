"""Passkeys (WebAuthn): what the browser is asked and whether its answer holds.

A passkey belongs to the host that it was made on. The question is kept with the challenge that it belongs
to, so an answer is good once and for that challenge only.
"""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from django.utils import timezone
from fido2.cose import ES256, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from apps.accounts.models import FactorMethod, SecondFactor, User
from apps.core.tenant import current_schema

ALGORITHMS = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)
MAX_ANSWER = 20_000
BAD_ANSWER = (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error)


def host_of(request: Any) -> str:
    """The host that a passkey of this request belongs to."""
    return request.get_host().rsplit(":", 1)[0].lower()


def _server(request: Any) -> Fido2Server:
    origin = f"{request.scheme}://{request.get_host()}".lower()
    entity = PublicKeyCredentialRpEntity(name="Bahi", id=host_of(request))
    server = Fido2Server(entity, verify_origin=lambda given: given.lower() == origin)
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=number)
        for number in ALGORITHMS
    ]
    return server


def passkeys_of(user: User, request: Any) -> list[SecondFactor]:
    """The person's passkeys that this host can ask for."""
    return list(
        SecondFactor.objects.filter(
            user=user, method=FactorMethod.PASSKEY, host=host_of(request), confirmed_at__isnull=False
        )
    )


def _data(factor: SecondFactor) -> AttestedCredentialData:
    return AttestedCredentialData(base64.b64decode(factor.credential))


def creation_options(user: User, request: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what the browser is asked, what must be kept) to make a new passkey."""
    handle = f"{current_schema()}:{user.pk}".encode()
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(name=user.email, id=handle, display_name=user.name or user.email),
        credentials=[_data(factor) for factor in passkeys_of(user, request)],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return dict(options), dict(state)


def passkey_from(answer: str, state: dict[str, Any], user: User, request: Any) -> SecondFactor | None:
    """The new passkey, not saved yet; None when the browser's answer doesn't hold."""
    try:
        data = _server(request).register_complete(state, _parsed(answer))
    except BAD_ANSWER:
        return None
    credential = data.credential_data
    assert credential is not None  # noqa: S101 - register_complete has looked
    return SecondFactor(
        user=user,
        method=FactorMethod.PASSKEY,
        host=host_of(request),
        credential_id=websafe_encode(credential.credential_id),
        credential=base64.b64encode(bytes(credential)).decode(),
        sign_count=data.counter,
        confirmed_at=timezone.now(),
    )


def request_options(user: User | None, request: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what the browser is asked, what must be kept) to prove with a passkey; any one without a user.

    Without a password before it, the device must have checked its owner (finger, face, PIN).
    """
    known = [_data(factor) for factor in passkeys_of(user, request)] if user else None
    wanted = UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED
    options, state = _server(request).authenticate_begin(known, user_verification=wanted)
    return dict(options), dict(state)


def passkey_proven(
    answer: str, state: dict[str, Any], user: User | None, request: Any
) -> SecondFactor | None:
    """The passkey that answered, with its new counter saved; None when the answer doesn't hold.

    A counter that doesn't grow tells of a copied authenticator.
    """
    try:
        parsed = AuthenticationResponse.from_dict(_parsed(answer))
        found = SecondFactor.objects.select_related("user").filter(
            credential_id=websafe_encode(parsed.raw_id), host=host_of(request), confirmed_at__isnull=False
        )
        factor = (found.filter(user=user) if user else found).first()
        if factor is None:
            return None
        _server(request).authenticate_complete(state, [_data(factor)], parsed)
    except BAD_ANSWER:
        return None
    counter = parsed.response.authenticator_data.counter
    if (counter or factor.sign_count) and counter <= factor.sign_count:
        return None
    factor.sign_count, factor.last_used_at = counter, timezone.now()
    factor.save(update_fields=["sign_count", "last_used_at"])
    return factor


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > MAX_ANSWER:
        raise ValueError("too long")
    parsed = json.loads(answer)
    if not isinstance(parsed, dict):
        raise TypeError("not an object")
    return parsed
