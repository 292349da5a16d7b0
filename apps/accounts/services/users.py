"""Users and roles: every change of who may do what goes through here."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import Role, RoleLevel, RolePermission, User
from apps.core.errors import InvalidInput
from apps.core.permissions import ready_roles
from apps.core.validation import clean_instance, field_errors

ADMINISTRATOR = "administrator"


def roles_seed() -> None:
    """Enter the ready roles that are missing; roles that exist keep what the administrator changed."""
    for declared in ready_roles().values():
        role, new = Role.objects.get_or_create(
            code=declared.code, defaults={"name": declared.name, "is_ready": True}
        )
        if new:
            RolePermission.objects.bulk_create(
                [RolePermission(role=role, permission=code) for code in declared.permissions]
            )
            RoleLevel.objects.bulk_create(
                [
                    RoleLevel(role=role, record_kind=kind, level=level)
                    for kind, level in declared.levels.items()
                ]
            )


def user_create(
    *, email: str, name: str, roles: list[Role], password: str | None = None, by: Any = None, **details: Any
) -> User:
    """A user with roles. Raises InvalidInput (bad or known e-mail, weak password)."""
    user = User(email=email.strip().lower(), name=name, **details)
    user.set_unusable_password()
    clean_instance(user)
    if password is not None:
        password_check(password, user)
        user.set_password(password)
    with transaction.atomic():
        user.save()
        user.roles.set(roles)
    return user


def password_check(password: str, user: User | None = None) -> None:
    """Raises InvalidInput naming ``password`` when it is too weak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(field_errors(ValidationError({"password": error.error_list}))) from error


def first_administrator(*, email: str, organisation: Any, password: str = "", name: str = "") -> str:
    """The organisation's first user, with the Administrator role; returns the password."""
    roles_seed()
    secret = password or secrets.token_urlsafe(12)
    user_create(
        email=email,
        name=name or email.split("@", 1)[0].replace(".", " ").title(),
        roles=[Role.objects.get(code=ADMINISTRATOR)],
        password=secret,
        language=organisation.language,
    )
    return secret
