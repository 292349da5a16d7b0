"""What the document page needs to draw itself, worked out from the API resource and the transition table.

A viewset may say more than its fields do: ``form_sections`` (section → names with widths in twelfths),
``form_columns`` (child → names with widths in pixels), ``form_totals``, ``form_lookups`` and
``form_proposals`` (child → open records that its lines are filled with).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access import access_of, may
from apps.core.fields import MoneyField
from apps.core.guards import fixed_fields, hidden_fields
from apps.core.india.states import state_choices
from apps.core.records import Child
from apps.core.registry import resource_of
from apps.core.scope import record_filter
from apps.documents.lifecycle import Ask, Lifecycle, Transition
from apps.documents.permissions import PRINT

NAME_FIELDS = ("display_name", "legal_name", "name")  # what was typed becomes the name of a new record
LABEL_FIELDS = ("display_name", "name", "trade_name", "number", "label", "code")


def document_config(
    view: Any, document: Any, lifecycle: Lifecycle, user: Any, *, beside: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The JSON of ``bahi-document-config`` (docs/frontend.md) for one document, or a new one.

    ``beside``: keys of the documents before and after it (``prev``, ``next``).
    """
    new = document is None or document.pk is None
    editable = new or (lifecycle.editable(document.status) and may(user, view.permission("change")))
    state = lifecycle.state(document.status if not new else lifecycle.states[0].value)
    record = view.defaults(user) if new else view.one(document)
    hidden = hidden_fields(view.model, user)
    return {
        "resource": f"/api/v1/{view.path}/",
        "id": None if new else document.pk,
        "version": None if new else document.version,
        "editable": editable,
        "record": record,
        "fields": [
            field_config(view, name, width, section, user)
            for section, names in view.form_sections.items()
            for name, width in _pairs(names, 3)
            if view.rename.get(name, name) not in hidden
        ],
        "grids": [
            grid_config(view, child, user) for child in view.children if child.name in view.form_columns
        ],
        "totals": [
            {"name": name, "label": _label(view.model, name)}
            for name in view.form_totals
            if name not in hidden
        ],
        "preview_url": f"/api/v1/{view.path}/preview/",
        "verbs": []
        if new
        else [verb_config(item, document, user) for item in lifecycle.open_to(document, user)],
        "state": {"value": state.value, "label": str(state.label), "tone": state.tone},
        "urls": _urls(view, document, user, beside or {}),
        "labels": {},
    }


def _pairs(names: Iterable[str], default: int) -> list[tuple[str, int]]:
    """``party:4`` → ("party", 4)."""
    result = []
    for item in names:
        name, _sep, width = item.partition(":")
        result.append((name, int(width or default)))
    return result


def field_config(view: Any, name: str, width: int, section: str, user: Any) -> dict[str, Any]:
    model_name = view.rename.get(name, name)
    config = _kind_config(view, view.model, model_name, name, user)
    config |= {
        "name": name,
        "label": _label(view.model, model_name),
        "section": str(section),
        "width": width,
        "readonly": name in view.read_only or model_name in fixed_fields(view.model, user),
        "required": name not in view.read_only and _required(view.model, model_name),
        "help": _help(view.model, model_name),
    }
    return config


def grid_config(view: Any, child: Child, user: Any) -> dict[str, Any]:
    columns = []
    hidden = hidden_fields(child.model, user)
    for name, width in _pairs(view.form_columns[child.name], 100):
        model_name = child.rename.get(name, name)
        if model_name in hidden:
            continue
        computed = name in child.read_fields
        kind = None if computed else _kind_config(view, child.model, model_name, f"{child.name}.{name}", user)
        config = kind or _shown_only(child.model, model_name)
        if config.get("keyed"):
            config["kind"] = "computed"
        config |= {
            "name": name,
            "label": _label(child.model, model_name),
            "width": width,
            "required": not computed and _required(child.model, model_name),
        }
        columns.append(config)
    _mark_resets(columns)
    return {
        "name": child.name,
        "label": _grid_label(view, child),
        "optional": child.name != "lines",
        "columns": columns,
        "proposal": view.form_proposals.get(child.name),
    }


def _shown_only(model: type[models.Model], name: str) -> dict[str, Any]:
    """A column that the server fills; a key in it is shown by its name, hence at the left."""
    field = _field(model, name)
    left = field is not None and (field.is_relation or isinstance(field, models.CharField))
    return {"kind": "computed"} | ({"align": "left"} if left else {})


FROM_PRODUCT = ("description", "hsn", "unit", "unit_price", "tax_category")


def _mark_resets(columns: list[dict[str, Any]]) -> None:
    """Another product in a line empties what the service takes from the product, so that it is taken anew."""
    names = [column["name"] for column in columns if column["name"] in FROM_PRODUCT]
    for column in columns:
        if column["name"] == "product" and column["kind"] == "lookup":
            column["lookup"]["resets"] = names


def _grid_label(view: Any, child: Child) -> str:
    if child.name in view.form_labels:
        return str(view.form_labels[child.name])
    if child.name == "lines":
        return _("Lines")
    text = str(child.model._meta.verbose_name_plural)
    return text[:1].upper() + text[1:]


def _kind_config(view: Any, model: type[models.Model], name: str, key: str, user: Any) -> dict[str, Any]:
    """kind, choices or look-up of a model field; ``key`` finds what the viewset says of its look-up."""
    field = _field(model, name)
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
    """A look-up through the API resource of the related model; small masters become a plain choice."""
    related = resource_of(field.related_model)
    extra = dict(view.form_lookups.get(key, {}))
    if related is None:  # nothing to look it up in: shown by its name, sent back as it is
        return {"kind": "text", "readonly": True, "keyed": True, "align": "left"}
    if related.form_small and not extra:
        return {"kind": "choice", "numeric": True, "choices": _choices(field.related_model, user)}
    query = extra.pop("query", "")
    lookup: dict[str, Any] = {
        "url": f"/api/v1/{related.path}/" + (f"?{query}" if query else ""),
        "label": next((n for n in LABEL_FIELDS if n in related.fields), "id"),
        "sub": [n for n in related.lookup_sub if n in related.fields],
        "code": "code" if "code" in related.fields else "number",
    }
    if related.quick_fields and may(user, related.permission(related, "add")):
        lookup["create"] = _create_config(related, extra.pop("defaults", {}), user)
    extra.pop("defaults", None)
    return {"kind": "lookup", "lookup": lookup | extra}


def _create_config(related: Any, defaults: dict[str, Any], user: Any) -> dict[str, Any]:
    """The small dialog that makes a party or product from within a document."""
    fields = []
    closed = {*hidden_fields(related.model, user), *fixed_fields(related.model, user)}
    for name, width in _pairs(related.quick_fields, 6):
        model_name = related.rename.get(name, name)
        if model_name in closed:
            continue
        config = _kind_config(related, related.model, model_name, name, user)
        config |= {
            "name": name,
            "label": _label(related.model, model_name),
            "required": _required(related.model, model_name),
            "width": width,
        }
        field = _field(related.model, model_name)
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


def verb_config(item: Transition, document: Any, user: Any) -> dict[str, Any]:
    """A button: what it asks at once, and what only a refusal makes it ask (``after``: codes)."""
    asks = [ask for ask in item.asks if ask.kind != "json"]
    fields = [_ask(ask, document, user) for ask in asks]
    return {
        "name": item.name,
        "label": str(item.label),
        "style": "plain" if _repeats(item, document) else item.style,
        "confirm": str(item.confirm) or None,
        "fields": [one for one, ask in zip(fields, asks, strict=True) if one["after"] or not ask.after],
        "answers": item.answers,
    }


def _repeats(item: Transition, document: Any) -> bool:
    """Whether the button only does once more what was done (sending a sent offer): not the next step."""
    return item.answers == "record" and item.target == document.status


def _ask(ask: Ask, document: Any, user: Any) -> dict[str, Any]:
    return {
        "name": ask.name,
        "label": str(ask.label),
        "kind": ask.kind,
        "required": ask.required,
        "choices": [[value, str(label)] for value, label in ask.choices],
        "width": 12,
        "after": [code for code, permission in ask.after if may(user, permission)],
        "default": str(_read(document, ask.suggest) or "") if ask.suggest else None,
    }


def _read(record: Any, path: str) -> Any:
    """``party.email`` of a document; None where something on the way is empty."""
    for name in path.split("."):
        record = getattr(record, name, None)
    return record


def _field(model: type[models.Model], name: str) -> Any:
    from django.core.exceptions import FieldDoesNotExist

    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _label(model: type[models.Model], name: str) -> str:
    field = _field(model, name)
    text = str(field.verbose_name) if field is not None else name.replace("_", " ")
    return text[:1].upper() + text[1:]


def _help(model: type[models.Model], name: str) -> str:
    field = _field(model, name)
    return str(getattr(field, "help_text", "") or "")


def _required(model: type[models.Model], name: str) -> bool:
    field = _field(model, name)
    return field is not None and not (field.blank or field.null or field.has_default())


def _urls(view: Any, document: Any, user: Any, beside: Mapping[str, int]) -> dict[str, str]:
    meta = view.model._meta
    base = f"admin:{meta.app_label}_{meta.model_name}"
    urls = {"list": reverse(f"{base}_changelist")}
    if may(user, view.permission("add")):
        urls["add"] = reverse(f"{base}_add")
    if document is None or document.pk is None:
        return urls
    if may(user, PRINT):
        urls["print"] = reverse(f"{base}_print", args=[document.pk])
        urls["pdf"] = f"/api/v1/{view.path}/{document.pk}/pdf/"
    for key, row in beside.items():
        urls[key] = reverse(f"{base}_change", args=[row])
    return urls
