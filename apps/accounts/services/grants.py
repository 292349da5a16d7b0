"""Access to single records (guardian, direct-key tables): one more than a person's level shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.events import GrantGiven
from apps.accounts.models import User
from apps.accounts.selectors import OPERATOR_EMAIL, users_holding
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.core.events import emit
from apps.core.locks import lock_row
from apps.core.registry import KindRef
from apps.core.scope import grant_model, kind_of

ACTIONS = ("view", "change", "delete")
MOST = 1000  # grants of one kind in an answer
_SHIFT = 16  # an id over all grant tables: row's id and, in the low bits, its content type's


@dataclass(frozen=True)
class Grant:
    """One grant as the API names it: ``record`` is ``parties.party:7``."""

    id: int
    record: str
    user: User
    permission: str
    title: str
    given_by: User | None
    given_at: Any
    target: models.Model

    @property
    def action(self) -> str:
        return self.permission.split(".", 1)[1].split("_", 1)[0]


def grantable_models() -> list[type[models.Model]]:
    """Models whose single records can be opened to people."""
    return [model for model in apps.get_models() if getattr(model, "scope", None) and grant_model(model)]


def _grant(row: Any) -> Grant:
    target = row.content_object
    number = (row.pk << _SHIFT) | ContentType.objects.get_for_model(type(target)).pk
    name, kind = str(target), str(target._meta.verbose_name)
    return Grant(
        id=number,
        record=f"{kind_of(target)}:{target.pk}",
        user=row.user,
        permission=f"{target._meta.app_label}.{row.permission.codename}",
        title=capfirst(name if name.casefold().startswith(kind.casefold()) else f"{kind} {name}"),
        given_by=row.given_by,
        given_at=row.given_at,
        target=target,
    )


def _rows(model: type[models.Model], by: Any) -> Any:
    """Grants on the records of a kind that ``by`` sees."""
    table: Any = grant_model(model)
    rows = table._default_manager.select_related("permission", "user", "given_by", "content_object")
    return rows.filter(content_object__in=model._default_manager.for_user(by)).order_by("pk")  # type: ignore[attr-defined]  # business models have a ScopedManager


def grants_of(*, by: Any, record: str = "", user_id: int | None = None) -> list[Grant]:
    """Grants on records that ``by`` sees, of one record or one person when named, at most 1,000 a table."""
    wanted = record_find(record, by=by) if record else None
    found: list[Grant] = []
    for model in grantable_models() if wanted is None else [type(wanted)]:
        rows = _rows(model, by)
        if wanted is not None:
            rows = rows.filter(content_object=wanted)
        if user_id is not None:
            rows = rows.filter(user_id=user_id)
        found.extend(_grant(row) for row in rows[:MOST])
    return found


def grants_on(record: models.Model, user: User) -> list[Grant]:
    """What was given to a person on one record."""
    table: Any = grant_model(type(record))
    if table is None:
        return []
    rows = table._default_manager.select_related("permission", "user", "given_by")
    rows = list(rows.filter(user_id=user.pk, content_object_id=record.pk).order_by("pk"))
    for row in rows:
        row.content_object = record
    return [_grant(row) for row in rows]


def grant_find(number: int, *, by: Any) -> Grant:
    """The grant with this number on a record that ``by`` sees. Raises NotFound."""
    return _grant(_row(number, by))


def _row(number: int, by: Any) -> Any:
    type_id, pk = number & ((1 << _SHIFT) - 1), number >> _SHIFT
    for model in grantable_models():
        if ContentType.objects.get_for_model(model).pk == type_id:
            row = _rows(model, by).filter(pk=pk).first()
            if row is not None:
                return row
    raise NotFound(_("Not found."))


def record_find(text: str, *, by: Any) -> models.Model:
    """The record of ``parties.party:7`` that ``by`` sees. Raises InvalidInput naming ``record``."""
    try:
        ref = KindRef.parse(text)
        known = 0 < ref.pk < 2**63 and grant_model(ref.model) is not None
        record = ref.get(by) if known else None
    except (ValueError, LookupError, AttributeError):
        record = None
    if record is None or getattr(record, "deleted_at", None) is not None:
        raise _no_record()
    return record


def _no_record() -> InvalidInput:
    text = _("There is no such record whose access can be granted.")
    return InvalidInput(text, field="record", code="not_found")


def people_for(record: models.Model, *, by: Any, said: str = "") -> Any:
    """People to whom a record can be opened: those who work here and may see records of its kind."""
    meta = record._meta
    people = users_holding(f"{meta.app_label}.view_{meta.model_name}").exclude(email=OPERATOR_EMAIL)
    if by is not None:
        people = people.exclude(pk=by.pk)
    if said:
        people = people.filter(Q(name__icontains=said) | Q(email__icontains=said))
    return people.order_by("name", "pk")


def grant_add(*, record: str, user: User, permission: str, by: Any) -> Grant:
    """Open a record to a person; granting twice gives the same grant. He is told of it.

    Raises InvalidInput; NotAllowed (``permission``) for oneself and for more than ``by`` may do with it.
    """
    target = record_find(record, by=by)
    meta = target._meta
    action = permission.removeprefix(f"{meta.app_label}.").removesuffix(f"_{meta.model_name}")
    if action not in ACTIONS or permission != f"{meta.app_label}.{action}_{meta.model_name}":
        choices = ", ".join(f"{meta.app_label}.{a}_{meta.model_name}" for a in ACTIONS)
        raise InvalidInput(_("Must be one of: %(c)s.") % {"c": choices}, field="permission")
    if by is not None and (user.pk == by.pk or not _may_do(target, by, action)):
        raise NotAllowed(
            _("You can give others what you may do with this record yourself."), field="permission"
        )
    row, new = _given(target, user, action, by)
    grant = _grant(row)
    if new:
        _log(grant.user, grant.record, permission, given=True)
        emit(GrantGiven(kind_of(target), target.pk, user.pk, getattr(by, "pk", None)))
    return grant


def _may_do(target: models.Model, by: Any, action: str) -> bool:
    rows = type(target)._default_manager.for_user(by, action)  # type: ignore[attr-defined]  # business models have a ScopedManager
    return bool(rows.filter(pk=target.pk).exists())


def _given(target: models.Model, user: User, action: str, by: Any) -> tuple[Any, bool]:
    """The grant's row, and whether it is new. Neither record nor person is deleted meanwhile."""
    try:
        held = lock_row(type(target), target.pk, share=True)
    except NotFound as error:
        raise _no_record() from error
    if getattr(held, "deleted_at", None) is not None:
        raise _no_record()
    person = lock_row(User, user.pk, share=True)
    if not person.is_active or person.deleted_at is not None or person.is_portal:
        raise InvalidInput(_("This person doesn't work here."), field="user", code="not_found")
    model = type(target)
    known = Permission.objects.get(
        codename=f"{action}_{model._meta.model_name}", content_type=ContentType.objects.get_for_model(model)
    )
    table: Any = grant_model(model)
    row, new = table._default_manager.get_or_create(
        content_object=target, user=user, permission=known, defaults={"given_by": by}
    )
    row.content_object, row.user, row.permission = target, user, known
    return row, new


def grant_remove(*, number: int, by: Any) -> None:
    """Take a grant back. Raises NotFound; NotAllowed: another one gave it, and ``by`` may do less himself."""
    row = _row(number, by)
    grant = _grant(row)
    if by is not None and row.given_by_id != by.pk and not _may_do(grant.target, by, grant.action):
        raise NotAllowed(_("You can't hand on or take away rights that you don't have yourself."))
    deleted, _tables = row.delete()
    if not deleted:  # somebody else took it back meanwhile
        raise NotFound(_("Not found."))
    _log(grant.user, grant.record, grant.permission, given=False)


def _log(user: User, record: str, permission: str, *, given: bool) -> None:
    detail = {"user": user.email, "record": record, "permission": permission, "given": given}
    access_log_write(AccessEvent.GRANT_CHANGED, detail=detail)


def grants_end_of(user: User) -> None:
    """Nothing is open to a person who was removed any longer; nor when he comes back."""
    for model in grantable_models():
        table: Any = grant_model(model)
        for row in table._default_manager.filter(user=user).select_related("permission"):
            record = f"{kind_of(model)}:{row.content_object_id}"
            code = f"{model._meta.app_label}.{row.permission.codename}"
            row.delete()
            _log(user, record, code, given=False)
