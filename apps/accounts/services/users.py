"""Users: every change of who may work here goes through here."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import AccessLink, LinkPurpose, Role, RoleLevel, RolePermission, Team, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.addresses import email_change_offer, email_waits
from apps.accounts.services.code_messages import email_changed_tell
from apps.accounts.services.grants import grants_end_of
from apps.accounts.services.handing import (
    levels_or_refuse,
    managing_or_refuse,
    person_or_refuse,
    scopes_of,
    units_or_refuse,
)
from apps.accounts.services.keys import key_revoke, keys_open
from apps.accounts.services.links import link_mail, link_make
from apps.accounts.services.roles import (
    EVERYTHING,
    administrator_must_remain,
    administrators_hold,
    covers_or_refuse,
)
from apps.accounts.services.separation import separation_check
from apps.accounts.services.sessions import sessions_end_all
from apps.accounts.services.units import units_leave
from apps.core.errors import InvalidInput, Refused
from apps.core.permissions import ready_roles
from apps.core.quota import quota_claim
from apps.core.records import record_save
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
    """A user with roles. Raises InvalidInput (bad or known e-mail, weak password), NotAllowed."""
    user = User(email=email.strip().lower(), name=name, **details)
    user.set_unusable_password()
    clean_instance(user)
    rights_check(user, held=[], wanted=roles, by=by)
    if password is not None:
        password_check(password, user)
        user.set_password(password)
    with transaction.atomic():
        quota_claim("users")
        user.save()
        user.roles.set(roles)
        separation_check([user.pk])
    return user


def user_save(
    user: User,
    *,
    values: dict[str, Any],
    roles: list[Role] | None = None,
    teams: list[Team] | None = None,
    version: int | None = None,
    by: Any,
) -> User:
    """Create or change a user. Roles and teams: None leaves them. Another e-mail address of somebody who was
    in before counts once that address has confirmed it (``addresses``).

    Raises InvalidInput, NotAllowed (rights that ``by`` doesn't hold), Refused (the last administrator, or
    oneself), VersionConflict. Must run in a transaction.
    """
    administrators_hold()
    new = user.pk is None
    held = [] if new else list(user.roles.all())
    wanted = held if roles is None else roles
    rights_check(user, held=held, wanted=wanted, by=by)
    units_or_refuse(
        user,
        scopes_of(wanted),
        by=by,
        department_id=_department_id(user, values),
        team_ids=None if teams is None else {team.pk for team in teams},
    )
    if "email" in values:
        values["email"] = values["email"].strip().lower()
    if not new and by is not None and by.pk != user.pk and values.get("email", user.email) != user.email:
        user_rights_covered(user, by=by)  # a new address could be used to ask for a new password
    if new or (values.get("is_active") and not user.is_active):
        quota_claim("users")
    if new:
        user.set_unusable_password()
    before = "" if new else user.email
    offered = _email_offered(user, values) if by is not None and not new else ""
    saved: Any = record_save(user, values=values, version=version, by=by)
    if before and saved.email != before:
        AccessLink.objects.filter(user=saved, purpose=LinkPurpose.INVITATION, used_at=None).delete()
        email_changed_tell(saved, before, by=by)
    if offered:
        email_change_offer(user=saved, email=offered, by=by)
    saved.roles.set(wanted)
    if teams is not None:
        saved.teams.set(teams)
    administrator_must_remain()
    separation_check([saved.pk])
    user_rights_log(saved, held, wanted)
    return saved


def _email_offered(user: User, values: dict[str, Any]) -> str:
    """Takes another address out of the values where its reader has to confirm it first."""
    wanted = values.get("email", user.email)
    if wanted == user.email or not email_waits(user):
        return ""
    return values.pop("email")


def _department_id(user: User, values: dict[str, Any]) -> int | None:
    return getattr(values["department"], "pk", None) if "department" in values else user.department_id


def rights_check(user: User, *, held: list[Role], wanted: list[Role], by: Any) -> None:
    """Whether ``by`` may give and take these roles. Raises NotAllowed, Refused."""
    changed = {role.pk for role in held} ^ {role.pk for role in wanted}
    handed = [role for role in (*held, *wanted) if role.pk in changed]
    covers_or_refuse(by, _codes_of(handed))
    scopes = scopes_of(handed)
    for scope in scopes:
        levels_or_refuse(by, None, scope)
    if scopes:
        managing_or_refuse(user, scopes, by=by)
    loses = EVERYTHING in _codes_of(held) and EVERYTHING not in _codes_of(wanted)
    if by is not None and user.pk == by.pk and loses:
        raise Refused(_("You can't take your own administrator's role away."), code="own_rights")


def user_rights_log(user: User, held: list[Role], wanted: list[Role]) -> None:
    """Enter a change of roles in the access log."""
    before, after = {role.code for role in held}, {role.code for role in wanted}
    if before != after:
        detail = {
            "user": user.email,
            "added": sorted(after - before),
            "removed": sorted(before - after),
        }
        access_log_write(AccessEvent.USER_CHANGED, detail=detail)


def _codes_of(roles: list[Role]) -> set[str]:
    ids = [role.pk for role in roles]
    return set(RolePermission.objects.filter(role_id__in=ids).values_list("permission", flat=True))


def user_rights_covered(user: User, *, by: Any) -> None:
    """Raises NotAllowed when the user holds rights, or sees records, that ``by`` lacks: acting as him would
    gain them."""
    covers_or_refuse(by, _codes_of(list(user.roles.all())))
    person_or_refuse(user, by=by)


def user_deactivate(*, user: User, by: Any) -> User:
    """Switch a user off: kept on documents, signed out everywhere at once. Raises Refused, NotAllowed."""
    if by is not None and user.pk == by.pk:
        raise Refused(_("You can't switch yourself off."), code="own_rights")
    return _off(user, by=by, values={"is_active": False})


def user_delete(*, user: User, by: Any) -> User:
    """Put a user into the bin: as switched off, gone from choices, no record is shared with him any longer,
    and his keys end: who takes him out again lets in the person, not programs. Raises Refused, NotAllowed."""
    if by is not None and user.pk == by.pk:
        raise Refused(_("You can't remove yourself."), code="own_rights")
    saved = _off(user, by=by, values={"is_active": False, "deleted_at": timezone.now()})
    units_leave(saved, by=by)
    grants_end_of(saved)
    for key in keys_open(saved):
        key_revoke(key, by=by)
    return saved


def _off(user: User, *, by: Any, values: dict[str, Any]) -> User:
    administrators_hold()
    covers_or_refuse(by, _codes_of(list(user.roles.all())))
    saved: Any = record_save(user, values=values, version=user.version, by=by)
    administrator_must_remain()
    sessions_end_all(saved, why="deactivated")
    access_log_write(AccessEvent.USER_DEACTIVATED, detail={"user": saved.email})
    return saved


def user_restore(*, user: User, by: Any) -> User:
    """Switch a user on again, out of the bin too. Raises NotAllowed."""
    covers_or_refuse(by, _codes_of(list(user.roles.all())))
    if not user.is_active:
        quota_claim("users")
    saved: Any = record_save(
        user, values={"is_active": True, "deleted_at": None}, version=user.version, by=by
    )
    access_log_write(AccessEvent.USER_RESTORED, detail={"user": saved.email})
    return saved


def password_check(password: str, user: User | None = None) -> None:
    """Raises InvalidInput naming ``password`` when it is too weak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(field_errors(ValidationError({"password": error.error_list}))) from error


def invite(user: User) -> None:
    """Mail an invitation in nobody's name (the platform made the organisation)."""
    token = link_make(user=user, purpose=LinkPurpose.INVITATION)
    link_mail(user=user, purpose=LinkPurpose.INVITATION, token=token)


def administrator_from_setup(organisation: Any, answers: dict[str, Any]) -> None:
    """The first administrator: with the hash of his password (his browser enters once), or invited."""
    given = answers["administrator"]
    if not User.objects.filter(email=given["email"]).exists():
        user = user_create(
            email=given["email"],
            name=given["name"],
            roles=[Role.objects.get(code=ADMINISTRATOR)],
            language=given.get("language", "en"),
        )
        if "password_hash" not in given:
            invite(user)
            return
        user.password = given["password_hash"]
        user.save()
        if given.get("proof"):
            link_make(user=user, purpose=LinkPurpose.ENTER, token=given["proof"])


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
