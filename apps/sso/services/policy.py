"""Forced single sign-on: for whom, and who can come in when the provider fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import Role, SecondFactor, SignInSession, User
from apps.accounts.selectors import OPERATOR_EMAIL
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.roles import administrator_ids, administrators_hold
from apps.accounts.services.sessions import sessions_end_these
from apps.core.errors import ErrorList, Refused
from apps.sso.choices import Force
from apps.sso.domains import domains_clean
from apps.sso.models import IdentityProvider, SsoPolicy
from apps.sso.services.rights import sso_change_allow


def policy_get() -> SsoPolicy:
    """The rule in force; nobody is forced where none was saved."""
    return SsoPolicy.objects.first() or SsoPolicy()


def policy_save(
    *,
    force: str,
    roles: Sequence[Role],
    domains: Sequence[str],
    password_users: Sequence[User],
    by: Any,
    request: Any = None,
) -> SsoPolicy:
    """Change the rule. Whom it covers now is signed out where he came in by password.

    Must run in a transaction. Raises InvalidInput, NotAllowed, Refused (nobody could come in any more).
    """
    sso_change_allow(by)
    administrators_hold()
    _check(force, roles, password_users)
    clean = domains_clean(domains, field="domains", required=force == Force.DOMAINS)
    policy = policy_get()
    with transaction.atomic():
        policy.force, policy.domains = force, clean
        policy.save()
        policy.roles.set(roles)
        policy.password_users.set(password_users)
        if force != Force.NOBODY:
            provider_must_be_proven()
        password_administrator_must_remain()
    key = request.session.session_key if request is not None else ""
    open_ones = SignInSession.objects.filter(user__in=covered(policy), provider="")
    ended = sessions_end_these(open_ones, keep_key=key or "", why="sso_required")
    detail = {
        "what": "rule",
        "for": force,
        "roles": sorted(role.code for role in roles),
        "domains": clean,
        "password": sorted(user.email for user in password_users),
        "signed_out": ended,
    }
    access_log_write(AccessEvent.SSO_CHANGED, request=request, detail=detail)
    return policy


def _check(force: str, roles: Sequence[Role], password_users: Sequence[User]) -> None:
    errors = ErrorList()
    if force not in Force.values:
        errors.add("force", _("Please choose one of the list."))
    if force == Force.ROLES and not roles:
        errors.add("roles", _("Choose at least one role."), "required")
    administrators = administrator_ids()
    proven = set(
        SecondFactor.objects.filter(
            user__in=[user.pk for user in password_users], confirmed_at__isnull=False
        ).values_list("user_id", flat=True)
    )
    for user in password_users:
        if user.pk not in administrators or not user.has_usable_password() or user.pk not in proven:
            errors.add(
                "password_users",
                _("%(who)s must be an active administrator with a password and a second factor.")
                % {"who": user},
            )
    errors.raise_if_any()


def covered(policy: SsoPolicy | None = None) -> QuerySet[User]:
    """Users who have to come through a provider."""
    policy = policy or policy_get()
    users = User.objects.filter(deleted_at=None, is_portal=False).exclude(email=OPERATOR_EMAIL)
    if policy.pk is None or policy.force == Force.NOBODY:
        return users.none()
    if policy.force == Force.ROLES:
        users = users.filter(roles__in=policy.roles.filter(active=True, deleted_at=None))
    if policy.force == Force.DOMAINS:
        ends = Q()
        for domain in policy.domains:
            ends |= Q(email__endswith=f"@{domain}")
        users = users.filter(ends)
    return users.exclude(pk__in=policy.password_users.values("pk")).distinct()


def is_covered(user: User) -> bool:
    policy = policy_get()
    if policy.pk is None or policy.force == Force.NOBODY:
        return False
    return covered(policy).filter(pk=user.pk).exists()


def keeps_password(user: User) -> bool:
    """Whether this person is one of those who may come in by password although others may not."""
    policy = policy_get()
    if policy.pk is None or policy.force == Force.NOBODY:
        return False
    return policy.password_users.filter(pk=user.pk).exists()


def provider_must_be_proven() -> None:
    """Raises Refused unless somebody has signed in for a test at an active provider as it is now."""
    for provider in IdentityProvider.objects.filter(active=True, deleted_at=None).select_related("state"):
        state = getattr(provider, "state", None)
        if state is not None and state.tested_with == provider.connection_digest:
            return
    raise Refused(
        _("First sign in for a test at an identity provider that is switched on."), code="provider_unproven"
    )


def password_administrator_must_remain() -> None:
    """Raises Refused when single sign-on is required and no administrator could come in without it.

    Asked after each change of the rule, of rights and of providers.
    """
    policy = policy_get()
    if policy.pk is None or policy.force == Force.NOBODY:
        return
    forced = covered(policy).values("pk")
    for user in User.objects.filter(pk__in=administrator_ids()).exclude(pk__in=forced):
        if user.has_usable_password():
            return
    raise Refused(
        _(
            "Then nobody could come in when the identity provider fails: name an administrator who keeps his"
            " password and second factor."
        ),
        code="last_password_administrator",
    )
