"""Roles by groups: given and taken at each sign-in. What was given by hand stays."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.accounts.choices import AccessEvent
from apps.accounts.models import Role, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.roles import administrator_must_remain, administrators_hold
from apps.accounts.services.separation import separation_check
from apps.accounts.services.users import user_rights_log
from apps.core.errors import BahiError
from apps.sso.models import ExternalIdentity, GivenRole, IdentityProvider


def roles_of_groups(provider: IdentityProvider, groups: list[str]) -> list[Role]:
    """Active roles that these groups mean here."""
    live = Role.objects.filter(active=True, deleted_at=None)
    rules = provider.group_roles.filter(group__in=groups, role__in=live).select_related("role")
    return list({rule.role_id: rule.role for rule in rules}.values())


def roles_wanted(provider: IdentityProvider, groups: list[str], *, provisioned: bool) -> list[Role]:
    """Roles by groups, and the role of new users for whom the provider entered."""
    found = {role.pk: role for role in roles_of_groups(provider, groups)}
    default = provider.default_role
    if provisioned and default is not None and default.active and default.deleted_at is None:
        found[default.pk] = default
    return list(found.values())


def roles_apply(identity: ExternalIdentity, groups: list[str], *, request: Any) -> None:
    """Give what the groups mean, take what an earlier sign-in gave and they no longer mean.

    Must run in a transaction. What can't be (the last administrator, a separation of duties that forbids) is
    left as it was and entered in the access log: the person isn't shut out for it.
    """
    administrators_hold()
    user = identity.user
    before = list(user.roles.all())
    wanted = {
        role.pk: role for role in roles_wanted(identity.provider, groups, provisioned=identity.provisioned)
    }
    for row in identity.given_roles.exclude(role_id__in=wanted).select_related("role"):
        _try(user, row.role, request, lambda row=row: _take(user, row))
    held = {role.pk for role in before}
    for pk, role in wanted.items():
        if pk not in held:
            _try(user, role, request, lambda role=role: _give(identity, role))
    after = list(User.objects.get(pk=user.pk).roles.all())
    user_rights_log(user, before, after)


def _try(user: User, role: Role, request: Any, work: Any) -> None:
    try:
        with transaction.atomic():
            work()
    except BahiError as error:
        detail = {"by": "sso", "role": role.code, "why": str(error.detail)[:200]}
        access_log_write(AccessEvent.REFUSED, request=request, user=user, detail=detail)


def _take(user: User, row: GivenRole) -> None:
    others = GivenRole.objects.filter(identity__user=user, role_id=row.role_id).exclude(pk=row.pk)
    if not others.exists():
        user.roles.remove(row.role)
        administrator_must_remain()
    row.delete()


def _give(identity: ExternalIdentity, role: Role) -> None:
    identity.user.roles.add(role)
    GivenRole.objects.create(identity=identity, role=role)
    separation_check([identity.user_id])
