"""Input validation: a serializer made from the model and the fields that the resource lists.

Keys to other records are read as plain ids and then looked up all at once, through the scoped queryset, so
that a line grid of 200 rows costs as many queries as one of two rows and no foreign record gets in.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.fields import SkipField, empty, get_error_detail

from apps.core.access import access_of, may
from apps.core.api.exceptions import flatten
from apps.core.contribute import Contribution
from apps.core.database.records import plain_conditions, records_by
from apps.core.errors import ErrorList, FieldError, InvalidInput
from apps.core.keys import key_sent
from apps.core.records import Child
from apps.core.registry import has_bin
from apps.core.scope import record_filter, scope_of


def known_fields(given: Any, names: Collection[str]) -> Any:
    """A body or parameters as they were sent. Raises InvalidInput for each name that isn't known."""
    errors = ErrorList()
    for name in given:
        if name not in names:
            errors.add(str(name)[:120], _("Unknown field."), "unknown")
    errors.raise_if_any()
    return given


class KeyField(serializers.IntegerField):
    """Id of another record; ``related`` is its model."""

    def __init__(self, related: type[models.Model], **kwargs: Any) -> None:
        self.related = related
        kwargs.setdefault("min_value", 1)
        kwargs.setdefault("max_value", 2**63 - 1)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictSerializer(serializers.Serializer):
    """Refuses fields that it doesn't know, by name; accepts those of the representation that only read."""

    silent: frozenset[str] = frozenset()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = set(data) - set(self.fields) - self.silent
            if unknown:
                raise serializers.ValidationError(
                    {
                        str(name): serializers.ErrorDetail(_("Unknown field."), code="unknown")
                        for name in unknown
                    }
                )
        return self._values_of(data) if type(data) is dict else super().to_internal_value(data)

    def run_validators(self, value: Any) -> None:
        """The library gathers defaults of all fields first."""
        if self.validators:
            super().run_validators(value)

    @cached_property
    def _asked(self) -> list[tuple[serializers.Field, Any]]:
        """The fields that are written, with the methods that check them further."""
        return [(f, getattr(self, f"validate_{f.field_name}", None)) for f in self._writable_fields]

    def _values_of(self, data: dict[str, Any]) -> dict[str, Any]:
        """As the library's, without asking the fields that weren't sent and needn't be."""
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for field, check in self._asked:
            if field.field_name not in data and not field.required and field.default is empty:
                continue
            try:
                value = field.run_validation(data.get(field.field_name, empty))
                self.set_value(values, field.source_attrs, value if check is None else check(value))
            except serializers.ValidationError as error:
                errors[field.field_name] = error.detail
            except ValidationError as error:
                errors[field.field_name] = get_error_detail(error)
            except SkipField:
                pass
        if errors:
            raise serializers.ValidationError(errors)
        return values


def model_field(model: type[models.Model], name: str, source: str = "") -> serializers.Field:
    """The serializer field of one model field."""
    field = model._meta.get_field(source or name)
    optional = field.has_default() or field.blank or field.null
    if field.is_relation and not field.many_to_many:
        return KeyField(field.related_model, required=not optional, allow_null=field.null)
    if field.many_to_many:
        return serializers.ListField(child=KeyField(field.related_model), required=False, max_length=1000)
    builder = serializers.ModelSerializer()
    klass, kwargs = builder.build_standard_field(name, field)
    kwargs = {k: v for k, v in kwargs.items() if k not in ("read_only", "source", "model_field")}
    kwargs["validators"] = [v for v in kwargs.get("validators", []) if "Unique" not in type(v).__name__]
    kwargs["required"] = not optional
    if isinstance(field, models.JSONField):
        klass, kwargs = serializers.DictField, {"required": False}
        if field.default is list:
            klass = serializers.ListField
    if issubclass(klass, serializers.CharField):
        kwargs.setdefault("trim_whitespace", True)
    return klass(**kwargs)


def child_serializer(child: Child) -> serializers.Serializer:
    attrs: dict[str, Any] = {
        name: model_field(child.model, name, child.rename.get(name, "")) for name in child.fields
    }
    attrs["id"] = serializers.IntegerField(required=False, allow_null=True)
    attrs["silent"] = frozenset((*child.read_fields, *child.told))
    klass = type(f"{child.model.__name__}Input", (StrictSerializer,), attrs)
    return klass(many=True, required=child.required, max_length=child.limit)


CONTRIBUTED = {
    "money": lambda: serializers.DecimalField(
        max_digits=20, decimal_places=2, required=False, allow_null=True
    ),
    "quantity": lambda: serializers.DecimalField(
        max_digits=20, decimal_places=6, required=False, allow_null=True
    ),
    "rate": lambda: serializers.DecimalField(
        max_digits=20, decimal_places=6, required=False, allow_null=True
    ),
    "text": lambda: serializers.CharField(required=False, allow_blank=True),
    "integer": lambda: serializers.IntegerField(required=False, allow_null=True),
    "date": lambda: serializers.DateField(required=False, allow_null=True),
    "json": lambda: serializers.DictField(required=False),
}


def contributed_field(item: Contribution) -> serializers.Field:
    if item.kind == "key" and item.model is not None:
        return KeyField(item.model, required=False, allow_null=True)
    if item.kind == "keys" and item.model is not None:
        return serializers.ListField(child=KeyField(item.model), required=False, max_length=1000)
    return CONTRIBUTED[item.kind]()


def resolve_keys(serializer: Any, values: Any, user: Any) -> Any:
    """Replace ids by instances, one query for each related model. Raises InvalidInput with all paths."""
    bad = resolve_keys_many(serializer, [values], user)
    if bad:
        raise InvalidInput(bad[0])
    return values


def resolve_keys_many(serializer: Any, rows: list[Any], user: Any) -> dict[int, list[FieldError]]:
    """As ``resolve_keys`` for many records at once: {place in ``rows``: its errors}. Rows with errors stay
    as they are."""
    wanted: dict[type[models.Model], set[int]] = {}
    asked: list[tuple[dict[type[models.Model], dict[int, list[str]]], list[Any]]] = []
    for values in rows:
        ids: dict[type[models.Model], dict[int, list[str]]] = {}
        slots: list[tuple[dict[str, Any], str, type[models.Model]]] = []
        _collect(serializer, values, "", ids, slots)
        asked.append((ids, slots))
        for model, paths in ids.items():
            wanted.setdefault(model, set()).update(paths)
    found = {model: _visible(model, list(ids), user) for model, ids in wanted.items()}
    bad: dict[int, list[FieldError]] = {}
    for index, (ids, slots) in enumerate(asked):
        errors = _missing(ids, found)
        if errors:
            bad[index] = errors
            continue
        for container, name, model in slots:
            value = container[name]
            container[name] = (
                [found[model][pk] for pk in value] if isinstance(value, list) else found[model][value]
            )
    return bad


def _missing(ids: dict[type[models.Model], dict[int, list[str]]], found: Any) -> list[FieldError]:
    return [
        FieldError(path, _("There is no such record: %(id)s.") % {"id": pk}, "not_found")
        for model, paths_of in ids.items()
        for pk, paths in paths_of.items()
        if pk not in found[model]
        for path in paths
    ]


def _collect(serializer: Any, values: dict[str, Any], prefix: str, wanted: Any, slots: Any) -> None:
    for name, field in serializer.fields.items():
        if name not in values or values[name] is None:
            continue
        path, value = f"{prefix}{name}", values[name]
        if isinstance(field, KeyField):
            wanted.setdefault(field.related, {}).setdefault(value, []).append(path)
            slots.append((values, name, field.related))
        elif isinstance(field, serializers.ListField) and isinstance(field.child, KeyField):
            for pk in value:
                wanted.setdefault(field.child.related, {}).setdefault(pk, []).append(path)
            slots.append((values, name, field.child.related))
        elif isinstance(field, serializers.ListSerializer):
            for index, row in enumerate(value):
                _collect(field.child, row, f"{path}.{index}.", wanted, slots)


def _visible(model: type[models.Model], ids: list[int], user: Any) -> dict[int, Any]:
    """Records that the user may choose: those in scope; masters that are shared need no own permission."""
    meta = model._meta
    conditions: dict[str, Any] = {"pk__in": ids}
    if has_bin(model):
        conditions["deleted_at"] = None
    related, scoped = getattr(model, "chosen_with", ()), models.Q()
    if user is not None:
        hidden = not scope_of(model).shared and not scope_of(model).company
        if hidden and not may(user, f"{meta.app_label}.view_{meta.model_name}"):
            return {}
        scoped = record_filter(model, access_of(user))
    plain = plain_conditions(scoped)
    if plain is not None and not plain.keys() & conditions.keys():
        return {row.pk: row for row in records_by(model, conditions | plain, joined=related)}
    queryset = model._default_manager.filter(scoped, **conditions)
    return {row.pk: row for row in (queryset.select_related(*related) if related else queryset)}


def record_chosen(model: type[models.Model], pk: Any, user: Any, field: str) -> Any:
    """The record that an id in a body names, as keys are seen. Raises InvalidInput naming ``field``."""
    key = key_sent(pk)
    found = _visible(model, [key], user).get(key) if key is not None else None
    if found is None:
        detail = _("There is no such record: %(id)s.") % {"id": str(pk)[:40]}
        raise InvalidInput(detail, field=field, code="not_found")
    return found


def validated(serializer: Any, data: Any) -> dict[str, Any]:
    """The validated values of ``data``; the serializer keeps nothing of them. Raises InvalidInput."""
    try:
        return dict(serializer.run_validation(data))
    except serializers.ValidationError as error:
        raise InvalidInput(flatten(error.detail)) from error


def raise_invalid(serializer: Any) -> None:
    """Validate; raise InvalidInput with flat paths."""
    if not serializer.is_valid():
        raise InvalidInput(flatten(serializer.errors))
