"""Access to single records (guardian, direct-key tables): one more than a person's level shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.models import User
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.core.registry import KindRef
from apps.core.scope import grant_model, kind_of

ACTIONS = ("view", "change", "delete")
_SHIFT = 16  # an id over all grant tables: row's id and, in the low bits, its content type's


@dataclass(frozen=True)
class Grant:
    """One grant as the API names it: ``record`` is ``parties.party:7``."""

    id: int
    record: str
    user_id: int
    permission: str

    def as_dict(self) -> dict[str, Any]:
        return {"id": self.id, "record": self.record, "user": self.user_id, "permission": self.permission}


def grantable_models() -> list[type[models.Model]]:
    """Models whose single records can be opened to people."""
    return [model for model in apps.get_models() if getattr(model, "scope", None) and grant_model(model)]


def _grant(row: Any, model: type[models.Model]) -> Grant:
    number = (row.pk << _SHIFT) | ContentType.objects.get_for_model(model).pk
    code = f"{model._meta.app_label}.{row.permission.codename}"
    return Grant(number, f"{kind_of(model)}:{row.content_object_id}", row.user_id, code)


def grants_of(*, by: Any, record: str = "", user_id: int | None = None) -> list[Grant]:
    """Grants on records that ``by`` sees, of one record or one person when named, at most 1,000 a table."""
    wanted = record_find(record, by=by) if record else None
    found: list[Grant] = []
    for model in grantable_models():
        if wanted is not None and not isinstance(wanted, model):
            continue
        rows: Any = grant_model(model)._default_manager.select_related("permission").order_by("pk")  # type: ignore[union-attr]  # a model with grants has a grant table
        rows = rows.filter(content_object__in=model._default_manager.for_user(by))  # type: ignore[attr-defined]  # business models have a ScopedManager
        if wanted is not None:
            rows = rows.filter(content_object=wanted)
        if user_id is not None:
            rows = rows.filter(user_id=user_id)
        found.extend(_grant(row, model) for row in rows[:1000])
    return found


def record_find(text: str, *, by: Any) -> models.Model:
    """The record of ``parties.party:7`` that ``by`` sees. Raises InvalidInput naming ``record``."""
    try:
        ref = KindRef.parse(text)
        record = ref.get(by) if grant_model(ref.model) else None
    except (ValueError, LookupError, AttributeError):
        record = None
    if record is None:
        raise InvalidInput(
            _("There is no such record whose access can be granted."), field="record", code="not_found"
        )
    return record


def grant_add(*, record: str, user: User, permission: str, by: Any) -> Grant:
    """Open a record to a person; granting twice gives the same grant.

    Raises InvalidInput; NotAllowed (``permission``) for oneself and for more than ``by`` may do with it.
    """
    target = record_find(record, by=by)
    meta = target._meta
    action = permission.removeprefix(f"{meta.app_label}.").removesuffix(f"_{meta.model_name}")
    if action not in ACTIONS or permission != f"{meta.app_label}.{action}_{meta.model_name}":
        choices = ", ".join(f"{meta.app_label}.{a}_{meta.model_name}" for a in ACTIONS)
        raise InvalidInput(_("Must be one of: %(c)s.") % {"c": choices}, field="permission")
    mine = type(target)._default_manager.for_user(by, action).filter(pk=target.pk)  # type: ignore[attr-defined]  # business models have a ScopedManager
    if by is not None and (user.pk == by.pk or not mine.exists()):
        raise NotAllowed(
            _("You can give others what you may do with this record yourself."), field="permission"
        )
    known = Permission.objects.get(
        codename=f"{action}_{meta.model_name}", content_type=ContentType.objects.get_for_model(type(target))
    )
    row, new = grant_model(type(target))._default_manager.get_or_create(  # type: ignore[union-attr]  # a model with grants has a grant table
        content_object=target, user=user, permission=known
    )
    grant = _grant(row, type(target))
    if new:
        detail = {"user": user.email, "record": record, "permission": permission, "given": True}
        access_log_write(AccessEvent.GRANT_CHANGED, detail=detail)
    return grant


def grant_remove(*, number: int, by: Any) -> None:
    """Take a grant back. Raises NotFound."""
    type_id, pk = number & ((1 << _SHIFT) - 1), number >> _SHIFT
    for model in grantable_models():
        if ContentType.objects.get_for_model(model).pk != type_id:
            continue
        visible = model._default_manager.for_user(by)  # type: ignore[attr-defined]  # business models have a ScopedManager
        row = grant_model(model)._default_manager.filter(pk=pk, content_object__in=visible).first()  # type: ignore[union-attr]  # a model with grants has a grant table
        if row is not None:
            detail = {**_grant(row, model).as_dict(), "given": False}
            row.delete()
            access_log_write(AccessEvent.GRANT_CHANGED, detail=detail)
            return
    raise NotFound(_("Not found."))
