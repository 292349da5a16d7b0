"""Access to single records (guardian, direct-key tables): one more than a person's level shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, Value
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.events import GrantGiven
from apps.accounts.models import User
from apps.accounts.selectors import OPERATOR_EMAIL, access_load, users_holding, working_elsewhere
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.core.events import emit
from apps.core.locks import lock_row
from apps.core.registry import KindRef
from apps.core.scope import grant_model, kind_of, record_filter, scope_of

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
    return _shown(number, target, row.user, row.permission.codename, given=(row.given_by, row.given_at))


def _shown(number: int, target: Any, user: User, codename: str, *, given: tuple[User | None, Any]) -> Grant:
    name, kind = str(target), str(target._meta.verbose_name)
    return Grant(
        id=number,
        record=f"{kind_of(target)}:{target.pk}",
        user=user,
        permission=f"{target._meta.app_label}.{codename}",
        title=capfirst(name if name.casefold().startswith(kind.casefold()) else f"{kind} {name}"),
        given_by=given[0],
        given_at=given[1],
        target=target,
    )


def _rows(model: type[models.Model], by: Any) -> Any:
    """Grants on the records of a kind that ``by`` sees."""
    table: Any = grant_model(model)
    rows = table._default_manager.select_related("permission", "user", "given_by", "content_object")
    return rows.filter(content_object__in=model._default_manager.for_user(by)).order_by("pk")  # type: ignore[attr-defined]  # business models have a ScopedManager


def grants_of(*, by: Any, record: str = "", user_id: int | None = None) -> list[Grant]:
    """Grants on records that ``by`` sees, of one record or one person when named, at most 1,000 a table. All
    tables are asked in one statement, then the records of each kind that was found, and the people."""
    wanted = record_find(record, by=by) if record else None
    models_asked = grantable_models() if wanted is None else [type(wanted)]
    kinds = {ContentType.objects.get_for_model(model).pk: model for model in models_asked}
    parts = [_part(model, number, by, wanted, user_id) for number, model in kinds.items()]
    rows = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    place = {number: index for index, number in enumerate(kinds)}
    rows.sort(key=lambda row: (place[row["table"]], row["pk"]))
    records = _records(rows, kinds)
    people = User.objects.in_bulk({pk for row in rows for pk in (row["user_id"], row["given_by_id"]) if pk})
    return [
        _shown(
            (row["pk"] << _SHIFT) | row["table"],
            records[row["table"], row["content_object_id"]],
            people[row["user_id"]],
            row["permission__codename"],
            given=(people.get(row["given_by_id"]), row["given_at"]),
        )
        for row in rows
        if (row["table"], row["content_object_id"]) in records  # else it went meanwhile
    ]


_COLUMNS = (
    "pk", "table", "user_id", "given_by_id", "given_at", "content_object_id", "permission__codename",
)  # fmt: skip


def _part(model: Any, number: int, by: Any, wanted: Any, user_id: int | None) -> Any:
    """The grants of one table as columns that those of all tables share."""
    table: Any = grant_model(model)
    rows = table._default_manager.filter(content_object__in=model._default_manager.for_user(by))
    if wanted is not None:
        rows = rows.filter(content_object=wanted)
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    return rows.order_by("pk").annotate(table=Value(number)).values(*_COLUMNS)[:MOST]


def _records(rows: list[dict[str, Any]], kinds: dict[int, Any]) -> dict[tuple[int, int], models.Model]:
    ids: dict[int, set[int]] = {}
    for row in rows:
        ids.setdefault(row["table"], set()).add(row["content_object_id"])
    return {
        (number, pk): record
        for number, wanted in ids.items()
        for pk, record in kinds[number]._base_manager.in_bulk(wanted).items()
    }


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


def people_for(record: models.Model, *, by: User, said: str = "") -> Any:
    """People to whom a record can be opened: those who work here, in its company, and may see records of its
    kind."""
    meta = record._meta
    people = users_holding(f"{meta.app_label}.view_{meta.model_name}").exclude(email=OPERATOR_EMAIL)
    people = people.exclude(pk=by.pk)
    if company := _company_of(record):
        people = people.exclude(pk__in=working_elsewhere(company))
    if said:
        people = people.filter(Q(name__icontains=said) | Q(email__icontains=said))
    return people.order_by("name", "pk")


def _company_of(record: models.Model) -> int | None:
    path = scope_of(type(record)).company
    rows = type(record)._base_manager.filter(pk=record.pk)
    return rows.values_list(path, flat=True).first() if path else None


def grant_add(*, record: str, user: User, permission: str, by: User) -> Grant:
    """Open a record to a person; granting twice gives the same grant. He is told of it.

    Raises InvalidInput, also (``user``) for somebody who works in another company only and would see nothing;
    NotAllowed (``permission``) for oneself and for more than ``by`` may do with it.
    """
    target = record_find(record, by=by)
    meta = target._meta
    action = permission.removeprefix(f"{meta.app_label}.").removesuffix(f"_{meta.model_name}")
    if action not in ACTIONS or permission != f"{meta.app_label}.{action}_{meta.model_name}":
        choices = ", ".join(f"{meta.app_label}.{a}_{meta.model_name}" for a in ACTIONS)
        raise InvalidInput(_("Must be one of: %(c)s.") % {"c": choices}, field="permission")
    _hold(target)  # what ``by`` may do with it is asked while nobody takes it from him
    if user.pk == by.pk or not _may_do(target, by, action):
        raise NotAllowed(
            _("You can give others what you may do with this record yourself."), field="permission"
        )
    row, new = _given(target, user, action, by)
    grant = _grant(row)
    if new:
        _log(grant.user, grant.record, permission, given=True)
        emit(GrantGiven(kind_of(target), target.pk, user.pk, by.pk))
    return grant


def _hold(target: models.Model) -> None:
    """The record isn't deleted, nor what was shared of it taken back, meanwhile. Raises InvalidInput."""
    try:
        held = lock_row(type(target), target.pk, share=True)
    except NotFound as error:
        raise _no_record() from error
    if getattr(held, "deleted_at", None) is not None:
        raise _no_record()


def _may_do(target: models.Model, by: Any, action: str) -> bool:
    rows = type(target)._default_manager.for_user(by, action)  # type: ignore[attr-defined]  # business models have a ScopedManager
    return bool(rows.filter(pk=target.pk).exists())


def _given(target: models.Model, user: User, action: str, by: User) -> tuple[Any, bool]:
    """The grant's row, and whether it is new. The person isn't deleted meanwhile."""
    person = lock_row(User, user.pk, share=True)
    if not person.is_active or person.deleted_at is not None or person.is_portal:
        raise InvalidInput(_("This person doesn't work here."), field="user", code="not_found")
    if (company := _company_of(target)) and person.pk in working_elsewhere(company):
        text = _("This person works in another company only: nothing would be seen of it.")
        raise InvalidInput(text, field="user", code="company")
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


def grant_remove(*, number: int, by: User) -> int:
    """Take a grant back; what the person shared on and may no longer do himself ends with it. Returns how
    many such others ended. Raises NotFound; NotAllowed: another one gave it, and ``by`` may do less."""
    row = _row(number, by)
    grant = _grant(row)
    if row.given_by_id != by.pk and not _may_do(grant.target, by, grant.action):
        raise NotAllowed(_("You can't hand on or take away rights that you don't have yourself."))
    lock_row(type(grant.target), grant.target.pk)  # nobody shares it on meanwhile, see ``grant_add``
    deleted, _tables = row.delete()
    if not deleted:  # somebody else took it back meanwhile
        raise NotFound(_("Not found."))
    _log(grant.user, grant.record, grant.permission, given=False)
    return _shared_on_end(grant.target, grant.user)


def _shared_on_end(target: models.Model, user: User) -> int:
    """End what a person had shared of a record that he may no longer do himself, and what those people shared
    on. What he may still do stays shared: by his roles, or by a grant that doesn't come from him again."""
    table: Any = grant_model(type(target))
    rows = list(
        table._default_manager.filter(content_object=target).select_related("permission", "user", "given_by")
    )
    doubtful, givers = [], {user.pk}
    while found := [row for row in rows if row.given_by_id in givers and row not in doubtful]:
        doubtful += found
        givers |= {row.user_id for row in found}
    sound = {(row.user_id, _action(row)) for row in rows if row not in doubtful}
    while found := [row for row in doubtful if _stands(target, row, sound)]:
        sound |= {(row.user_id, _action(row)) for row in found}
        doubtful = [row for row in doubtful if row not in found]
    for row in doubtful:
        row.content_object = target
        grant = _grant(row)
        row.delete()
        _log(grant.user, grant.record, grant.permission, given=False)
    return len(doubtful)


def _action(row: Any) -> str:
    return str(row.permission.codename).split("_", 1)[0]


def _stands(target: models.Model, row: Any, sound: set[tuple[int, str]]) -> bool:
    """Whether who gave this may do as much himself, by what is sound of the grants or by his roles alone."""
    action, giver = _action(row), row.given_by
    by_grant = {(giver.pk, one) for one in ((action,) if action != "view" else ACTIONS)}
    if by_grant & sound:
        return True
    model, access = type(target), access_load(giver)
    shown = model._default_manager.filter(record_filter(model, access, action, granted=False), pk=target.pk)
    return access.has(f"{model._meta.app_label}.{action}_{model._meta.model_name}") and shown.exists()


def _log(user: User, record: str, permission: str, *, given: bool) -> None:
    detail = {"user": user.email, "record": record, "permission": permission, "given": given}
    access_log_write(AccessEvent.GRANT_CHANGED, detail=detail)


def grants_end_of(user: User) -> None:
    """Nothing is open to a person who was removed any longer, nor when he comes back; what he shared on of it
    ends too. What he shared of records that his roles showed him stays: they are the organisation's."""
    for model in grantable_models():
        table: Any = grant_model(model)
        for row in table._default_manager.filter(user=user).select_related("permission", "content_object"):
            record = f"{kind_of(model)}:{row.content_object_id}"
            code = f"{model._meta.app_label}.{row.permission.codename}"
            row.delete()
            _log(user, record, code, given=False)
            _shared_on_end(row.content_object, user)


def grants_end_on(record: models.Model) -> None:
    """Nothing of a record in the bin is open to anybody; each grant that ends is in the log of access."""
    table: Any = grant_model(type(record))
    meta = record._meta
    for row in table._default_manager.filter(content_object=record).select_related("permission", "user"):
        row.delete()
        code = f"{meta.app_label}.{row.permission.codename}"
        _log(row.user, f"{kind_of(record)}:{record.pk}", code, given=False)
