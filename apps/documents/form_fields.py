"""How a field of a model shows in a form: its kind, choices or look-up, its label."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from apps.core.access import access_of, may
from apps.core.api.lookups import lookup_of
from apps.core.fields import MoneyField
from apps.core.guards import fixed_fields, hidden_fields
from apps.core.india.states import state_choices
from apps.core.registry import resource_of
from apps.core.scope import record_filter

NAME_FIELDS = ("display_name", "legal_name", "name")  # what was typed becomes the name of a new record


def pairs(names: Iterable[str], default: int) -> list[tuple[str, int]]:
    """``party:4`` → ("party", 4)."""
    result = []
    for item in names:
        name, _sep, width = item.partition(":")
        result.append((name, int(width or default)))
    return result


def kind_config(view: Any, model: type[models.Model], name: str, key: str, user: Any) -> dict[str, Any]:
    """kind, choices or look-up of a model field; ``key`` finds what the viewset says of its look-up."""
    field = model_field(model, name)
    if field is None:
        return {"kind": "text"}
    if field.is_relation:
        return _lookup(view, field, key, user)
    if name.endswith("_address"):
        return {"kind": "json-address", "states": [list(pair) for pair in state_choices()]}
    if name in ("state_code", "place_of_supply"):
        return {"kind": "choice", "choices": [["", ""], *(list(pair) for pair in state_choices())]}
    if field.choices:
        return {"kind": "choice", "choices": [[value, str(label)] for value, label in field.flatchoices]}
    return _plain_kind(field)


def _plain_kind(field: Any) -> dict[str, Any]:
    if isinstance(field, models.TextField) and field.name != "description":
        return {"kind": "textarea"}
    if field.name.endswith(("_price", "_cost")):
        return {"kind": "money"}
    if isinstance(field, models.DecimalField) and not isinstance(field, MoneyField):
        return {"kind": "decimal", "decimals": field.decimal_places}
    for kind, config in _KINDS:
        if isinstance(field, kind):
            return dict(config)
    return {"kind": "text"}


_KINDS: list[tuple[type[models.Field], dict[str, Any]]] = [
    (MoneyField, {"kind": "money"}),
    (models.BooleanField, {"kind": "bool"}),
    (models.DateField, {"kind": "date"}),
    (models.IntegerField, {"kind": "decimal", "decimals": 0}),
    (ArrayField, {"kind": "list"}),
]


def chosen_from(model: type[models.Model], user: Any) -> Any:
    """Rows of a small master that a form offers: those of the user's companies, not in the bin.

    Choosing a company or a unit on a document needs no permission to see the master's own list.
    """
    rows = model._default_manager.filter(record_filter(model, access_of(user)))
    names = {field.name for field in model._meta.concrete_fields}
    if "deleted_at" in names:
        rows = rows.filter(deleted_at=None)
    return rows.filter(active=True) if "active" in names else rows


def _choices(model: type[models.Model], user: Any) -> list[list[Any]]:
    """Rows of a small master, read once for all the fields of a page: ``user`` lives for one request."""
    known = user.__dict__.setdefault("_form_choices", {})
    if model not in known:
        known[model] = [[row.pk, str(row)] for row in chosen_from(model, user)[:200]]
    return known[model]


def _lookup(view: Any, field: Any, key: str, user: Any) -> dict[str, Any]:
    """The look-up of a key, with what the viewset says of it."""
    return lookup_config(field.related_model, dict(view.form_lookups.get(key, {})), user)


def lookup_config(model: type[models.Model], extra: dict[str, Any], user: Any) -> dict[str, Any]:
    """A look-up through the API resource of a model; small masters become a plain choice."""
    related = resource_of(model)
    if related is None:  # nothing to look it up in: shown by its name, sent back as it is
        return {"kind": "text", "readonly": True, "keyed": True, "align": "left"}
    if related.form_small and not extra:
        return {"kind": "choice", "numeric": True, "choices": _choices(model, user)}
    lookup = lookup_of(related, extra.pop("query", ""))
    if related.quick_fields and may(user, related.permission(related, "add")):
        lookup["create"] = _create_config(related, extra.pop("defaults", {}), user)
    extra.pop("defaults", None)
    return {"kind": "lookup", "lookup": lookup | extra}


def _create_config(related: Any, defaults: dict[str, Any], user: Any) -> dict[str, Any]:
    """The small dialog that makes a party or product from within a document."""
    fields = []
    closed = {*hidden_fields(related.model, user), *fixed_fields(related.model, user)}
    for name, width in pairs(related.quick_fields, 6):
        model_name = related.rename.get(name, name)
        if model_name in closed:
            continue
        config = kind_config(related, related.model, model_name, name, user)
        config |= {
            "name": name,
            "label": label_of(related.model, model_name),
            "required": is_required(related.model, model_name),
            "width": width,
        }
        field = model_field(related.model, model_name)
        if field is not None and field.choices and field.has_default():
            config["default"] = field.default
        fields.append(config)
    return {
        "url": f"/api/v1/{related.path}/",
        "title": _("New %(what)s") % {"what": related.model._meta.verbose_name},
        "text_fields": [field["name"] for field in fields if field["name"] in NAME_FIELDS],
        "defaults": defaults,
        "fields": fields,
    }


def model_field(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def label_of(model: type[models.Model], name: str) -> str:
    field = model_field(model, name)
    text = str(field.verbose_name) if field is not None else name.replace("_", " ")
    return text[:1].upper() + text[1:]


def help_of(model: type[models.Model], name: str) -> str:
    field = model_field(model, name)
    return str(getattr(field, "help_text", "") or "")


def is_required(model: type[models.Model], name: str) -> bool:
    field = model_field(model, name)
    return field is not None and not (field.blank or field.null or field.has_default())
