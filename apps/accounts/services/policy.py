"""What the organisation asks of everybody who signs in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import FactorMethod, RequireFor, Role, SecondFactor, SignInPolicy, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.ways import other_way
from apps.core.access import may
from apps.core.errors import ErrorList, NotAllowed
from apps.core.tenant import is_public


def policy_get() -> SignInPolicy:
    """The rules in force; the defaults (nobody must, every way is allowed) where none were saved."""
    return SignInPolicy.objects.first() or SignInPolicy()


def policy_save(
    *, require_for: str, roles: Sequence[Role], methods: Sequence[str], by: Any, request: Any = None
) -> SignInPolicy:
    """Change the rules. People who now lack a factor must set one up before they go on.

    Raises InvalidInput.
    """
    if by is not None and not may(by, "accounts.change_signinpolicy"):
        raise NotAllowed(_("You may not do this."))
    errors = ErrorList()
    if require_for not in RequireFor.values:
        errors.add("require_for", _("Please choose one of the list."))
    if require_for == RequireFor.ROLES and not roles:
        errors.add("roles", _("Choose at least one role."), "required")
    if not methods or not set(methods) <= set(FactorMethod.values):
        errors.add("methods", _("Choose at least one way."), "required")
    errors.raise_if_any()
    with transaction.atomic():
        policy = policy_get()
        policy.require_for, policy.methods = require_for, sorted(set(methods))
        policy.save()
        policy.roles.set(roles)
        detail = {"for": require_for, "roles": sorted(role.code for role in roles), "ways": policy.methods}
        access_log_write(AccessEvent.POLICY_CHANGED, request=request, detail=detail)
    return policy


def allowed_methods() -> list[str]:
    """Ways that may be set up here. The platform's own host sends no mails and texts."""
    if is_public():
        return [FactorMethod.TOTP, FactorMethod.PASSKEY]
    wanted = policy_get().methods
    return [method for method in FactorMethod.values if method in wanted]


def factor_required(user: User) -> bool:
    """Whether this person must have a second factor; on the platform's own host its setting says so."""
    if is_public():
        return settings.OPERATOR_SECOND_FACTOR
    policy = policy_get()
    if policy.require_for == RequireFor.ALL or other_way().factor_required(user):
        return True
    if policy.require_for != RequireFor.ROLES:
        return False
    return policy.roles.filter(users=user, active=True, deleted_at=None).exists()


def factor_missing(user: User) -> bool:
    """Whether this person must set up a second factor before he goes on."""
    if not factor_required(user):
        return False
    return not SecondFactor.objects.filter(
        user=user, method__in=allowed_methods(), confirmed_at__isnull=False
    ).exists()
