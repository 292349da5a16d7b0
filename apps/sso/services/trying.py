"""A sign-in for a test: everything as in earnest, then undone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.sso.claims import Claims
from apps.sso.models import IdentityProvider, ProviderState
from apps.sso.services.entry import email_verified, identity_of, person_enter
from apps.sso.services.signing import second_factor_counts


@dataclass(frozen=True)
class Tried:
    """``refusal``: empty when the person would have come in. ``said``: (name, value) as the provider sent."""

    email: str
    verified: bool
    name: str
    groups: list[str] | None
    second_factor: bool
    user: str = ""
    new: bool = False
    roles: list[str] = field(default_factory=list)
    refusal: str = ""
    said: list[tuple[str, str]] = field(default_factory=list)


def sign_in_tried(provider: IdentityProvider, claims: Claims, *, request: Any) -> Tried:
    """What would have happened. A good one proves the provider as it is now."""
    found: dict[str, Any] = {}
    known = identity_of(provider, claims)
    try:
        found = run_in_unit_of_work(lambda: _undone(provider, claims, request))
        ProviderState.objects.update_or_create(
            provider=provider,
            defaults={"tested_at": timezone.now(), "tested_with": provider.connection_digest},
        )
    except BahiError as error:
        found = {"refusal": str(error.detail)}
    return Tried(
        email=claims.email,
        verified=email_verified(provider, claims),
        name=claims.name,
        groups=claims.groups,
        second_factor=second_factor_counts(provider, claims),
        said=[(name, _text(value)) for name, value in sorted(claims.said.items())],
        new=known is None,
        **found,
    )


def _undone(provider: IdentityProvider, claims: Claims, request: Any) -> dict[str, Any]:
    with transaction.atomic():
        identity = person_enter(provider, claims, request=request)
        roles = [role.name for role in identity.user.roles.order_by("name")]
        found = {"user": str(identity.user), "roles": roles}
        transaction.set_rollback(True)
    return found


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
