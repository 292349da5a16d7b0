"""One field of many records: each written through the checks and the service of its resource, like an import
whose rows are the records that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from apps.core.access import may
from apps.core.api.resource import ResourceViewSet
from apps.core.api.serializers import KeyField
from apps.core.contribute import contributions_to
from apps.core.errors import BahiError, InvalidInput, NotAllowed, NotFound, Refused
from apps.core.guards import fixed_fields, hidden_fields
from apps.core.registry import kind_name, resources
from apps.core.uow import tried
from apps.datatools.importing.provenance import Written
from apps.datatools.importing.targets import Outcome, Record, RowError, resource_view, values_now


class Unchanged(Exception):
    """The record holds the value already: nothing is written."""


def can_edit(view_class: type[ResourceViewSet]) -> bool:
    """Masters and documents, but for people and their rights: those are changed one by one."""
    model = view_class.model
    own = kind_name(model) in ("master", "document") and model._meta.app_label not in ("accounts", "sso")
    return own and view_class.writable and not view_class.personal


def own_column(model: type[models.Model], name: str) -> Any:
    """A column of the model's own table; None for lists of keys, rows that point to it, and what other apps
    contribute under the name of such rows."""
    return next((field for field in model._meta.concrete_fields if field.name == name), None)


def edit_fields(view_class: type[ResourceViewSet], user: Any) -> dict[str, serializers.Field]:
    """The fields of a resource that this user may set in many records at once: not what names a record, nor
    rows below it, nor what he may not see or change."""
    model = view_class.model
    closed = {*hidden_fields(model, user), *fixed_fields(model, user)}
    found = {}
    for name, item in view_class.input_serializer()().fields.items():
        own = view_class.rename.get(name, name)
        field = own_column(model, own)
        if (
            name == "version"
            or own in closed
            or isinstance(item, (serializers.ListSerializer, serializers.DictField))
        ):
            continue
        if field is None and name not in contributions_to(model, user):
            continue
        if field is not None and field.unique:
            continue
        if isinstance(item, serializers.ListField) and isinstance(item.child, KeyField):
            continue
        found[name] = item
    return found


def field_label(view_class: type[ResourceViewSet], name: str) -> str:
    """A field as people know it."""
    own = view_class.rename.get(name, name)
    field = own_column(view_class.model, own)
    item = contributions_to(view_class.model).get(name)
    text = str(
        field.verbose_name if field is not None else (item.label if item else "") or name.replace("_", " ")
    )
    return text[:1].upper() + text[1:]


class EditTarget:
    """Writes ``value`` (as the API takes it) into the field ``name`` of records named by their ids."""

    group_by = "id"
    chunk = 50

    def __init__(self, key: str, name: str, value: Any, user: Any) -> None:
        view_class = resources().get(key)
        if view_class is None or not can_edit(view_class):
            raise InvalidInput(_("These records can't be changed."), field="target", code="unknown")
        self.view_class, self.model, self.key = view_class, view_class.model, key
        self.title = str(self.model._meta.verbose_name_plural)
        self.name, self.value = name, value
        self.require(user)
        if name and name not in edit_fields(view_class, user):
            raise InvalidInput(_("This field can't be set in many records."), field="field", code="unknown")

    def require(self, user: Any) -> None:
        """Raises NotAllowed."""
        needed = [
            f"{self.model._meta.app_label}.{a}_{self.model._meta.model_name}" for a in ("view", "change")
        ]
        needed += [self.view_class.write_permission] if self.view_class.write_permission else []
        if not all(may(user, code) for code in needed):
            raise NotAllowed(_("You may not change %(what)s.") % {"what": self.title})

    def fields(self) -> list[Any]:
        return []

    def apply(self, records: list[Record], *, by: Any, options: dict[str, Any]) -> Outcome:
        """Write the value into each record, wholly or not at all; refusals are reported."""
        outcome, view = Outcome(), resource_view(self.view_class, by)
        rows, open_to = self._rows(view, [int(r.head["id"]) for r in records], by)
        for record in records:
            pk = int(record.head["id"])
            try:
                with transaction.atomic():
                    before = self._write(view, rows.get(pk), pk in open_to)
            except Unchanged:
                outcome.skipped += 1
                continue
            except BahiError as error:
                outcome.skipped += 1
                label = str(rows.get(pk, pk))
                outcome.errors += [RowError(record.row, label, e.code, str(e.detail)) for e in error.errors]
                continue
            outcome.updated += 1
            outcome.written.append(Written(record.row, self.model, pk, created=False, before=before))
        return outcome

    def preview(self, ids: Sequence[int], by: Any) -> list[dict[str, Any]]:
        """What each record would become: {id, record, old, new, refused}. Written and rolled back."""
        view = resource_view(self.view_class, by)
        view.request.headers = {"X-Bahi-Labels": "1"}
        rows, open_to = self._rows(view, ids, by)
        found = []
        for pk in ids:
            row, entry = rows.get(pk), {"id": pk, "record": str(rows.get(pk, pk)), "refused": ""}
            entry["old"] = entry["new"] = self._shown(view, row) if row is not None else ""
            try:
                entry["new"] = tried(partial(self._written, view, row, pk in open_to))
            except Unchanged:
                entry["refused"] = _("It is so already.")
            except BahiError as error:
                entry["refused"] = str(error.errors[0].detail if error.errors else error.detail)
            found.append(entry)
        return found

    def _written(self, view: Any, row: Any, may_change: bool) -> str:
        """The record as it is shown after the write."""
        self._write(view, row, may_change)
        return self._shown(view, view.record(row.pk))

    def _rows(self, view: Any, ids: Sequence[int], by: Any) -> tuple[dict[int, Any], set[int]]:
        """The records that the user sees, and the ids of those that he may change."""
        rows = {row.pk: row for row in view.queryset().filter(pk__in=ids)}
        changeable = self.model._default_manager.for_user(by, "change").filter(pk__in=ids)
        return rows, set(changeable.values_list("pk", flat=True))

    def _write(self, view: Any, row: Any, may_change: bool) -> dict[str, Any]:
        if row is None:
            raise NotFound(_("It is gone, or you may not see it."))
        if not may_change:
            raise Refused(_("You may see this record, but not change it."), code="permission_denied")
        before = values_now(view, row, [self.name])
        values, children, _version = view.read_input({self.name: self.value}, partial=True, row=row)
        saved = view.save_record(row, values, children, getattr(row, "version", None))
        if values_now(view, saved, [self.name]) == before:
            raise Unchanged
        return before

    def _shown(self, view: Any, row: Any) -> str:
        """A value as people read it."""
        data = view.represent([row], only={self.name}, with_children=False)[0]
        value = data.get(f"{self.name}_label") or data.get(self.name)
        own = self.view_class.rename.get(self.name, self.name)
        choices = dict(getattr(own_column(self.model, own), "flatchoices", ()) or ())
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return "" if value is None else str(choices.get(value, value))
