"""What the document page needs to draw itself, worked out from the API resource and the transition table.

A viewset may say more than its fields do: ``form_sections`` (section → names with widths in twelfths),
``form_columns`` (child → names with widths in pixels; those in ``form_more`` wait behind a button until
somebody wants them or a line fills them), ``form_wanted`` (field → another field and its values with which
the folded section of the first opens), ``form_totals``, ``form_lookups`` and
``form_proposals`` (child → open records that its lines are filled with).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.guards import fixed_fields, hidden_fields
from apps.core.records import Child
from apps.core.registry import resource_of
from apps.core.scope import record_open
from apps.documents.form_fields import help_of, is_required, kind_config, label_of, model_field, pairs
from apps.documents.lifecycle import Lifecycle
from apps.documents.permissions import PRINT
from apps.documents.services.printing import variants_of
from apps.documents.verb_config import opened_for, verb_config


def document_config(
    view: Any,
    document: Any,
    lifecycle: Lifecycle,
    user: Any,
    *,
    beside: Mapping[str, int] | None = None,
    verb: str = "",
) -> dict[str, Any]:
    """The JSON of ``bahi-document-config`` (docs/frontend.md) for one document, or a new one.

    ``beside``: keys of the documents before and after it (``prev``, ``next``). ``verb``: a transition for
    which the lines are opened (``amend`` of an order).
    """
    new = document is None or document.pk is None
    editable = new or (_open_to_changes(view, document, lifecycle, user))
    state = lifecycle.state(document.status if not new else lifecycle.states[0].value)
    record = view.defaults(user) if new else view.one(document)
    hidden = hidden_fields(view.model, user)
    config = {
        "resource": f"/api/v1/{view.path}/",
        "id": None if new else document.pk,
        "version": None if new else document.version,
        "editable": editable,
        "record": record,
        "fields": [
            field_config(view, name, width, section, user)
            for section, names in view.form_sections.items()
            for name, width in pairs(names, 3)
            if view.rename.get(name, name) not in hidden
        ],
        "grids": [
            grid_config(view, child, user) for child in view.children if child.name in view.form_columns
        ],
        "totals": [
            {"name": name, "label": str(view.form_labels.get(name) or label_of(view.model, name))}
            for name in view.form_totals
            if name not in hidden
        ],
        "preview_url": f"/api/v1/{view.path}/preview/",
        "notes_verb": view.notes_verb,
        "verbs": []
        if new
        else [verb_config(item, document, user) for item in lifecycle.open_to(document, user)],
        "tools": [] if new else document_tools(view, document, lifecycle, user),
        "state": {"value": state.value, "label": str(state.label), "tone": state.tone},
        "remark": None if new else view.form_remark(document),
        "urls": _urls(view, document, user, beside or {}),
        "labels": {},
    }
    if verb and not new:
        opened_for(config, verb, document, lifecycle, user)
    return config


def _open_to_changes(view: Any, document: Any, lifecycle: Lifecycle, user: Any) -> bool:
    editable = lifecycle.editable(document.status) and may(user, view.permission("change"))
    return editable and record_open(document, user)


def field_config(view: Any, name: str, width: int, section: str, user: Any) -> dict[str, Any]:
    model_name = view.rename.get(name, name)
    config = kind_config(view, view.model, model_name, name, user)
    config |= {
        "name": name,
        "label": label_of(view.model, model_name),
        "section": str(section),
        "width": width,
        "readonly": name in view.read_only or model_name in fixed_fields(view.model, user),
        "required": name not in view.read_only and is_required(view.model, model_name),
        "help": help_of(view.model, model_name),
    }
    if name in view.form_wanted:
        field, values = view.form_wanted[name]
        config["wanted"] = {"field": field, "values": list(values)}
    return config


def grid_config(view: Any, child: Child, user: Any) -> dict[str, Any]:
    columns = []
    hidden = hidden_fields(child.model, user)
    for name, width in pairs(view.form_columns[child.name], 100):
        model_name = child.rename.get(name, name)
        if model_name in hidden:
            continue
        computed = name in child.read_fields
        kind = None if computed else kind_config(view, child.model, model_name, f"{child.name}.{name}", user)
        config = kind or _shown_only(child.model, model_name)
        if config.get("keyed"):
            config["kind"] = "computed"
        config |= {
            "name": name,
            "label": label_of(child.model, model_name),
            "width": width,
            "required": not computed and is_required(child.model, model_name),
        }
        if name in view.form_more.get(child.name, ()):
            config["more"] = True
        if kind is not None and model_field(child.model, model_name).null:
            config["nullable"] = True
        if name in view.form_notes.get(child.name, {}):
            config["note"] = view.form_notes[child.name][name]
        if config["kind"] == "bool" and model_field(child.model, model_name).default is True:
            config["default"] = True
        columns.append(config)
    _mark_resets(child, columns)
    return {
        "name": child.name,
        "label": _grid_label(view, child),
        "optional": child.name != "lines",
        "columns": columns,
        "proposal": view.form_proposals.get(child.name),
    }


def _shown_only(model: type[models.Model], name: str) -> dict[str, Any]:
    """A column that the server fills; a key in it is shown by its name, hence at the left."""
    field = model_field(model, name)
    left = field is not None and (field.is_relation or isinstance(field, models.CharField))
    return {"kind": "computed"} | ({"align": "left"} if left else {})


def _mark_resets(child: Child, columns: list[dict[str, Any]]) -> None:
    """Another record in a line (a product) empties what the service takes from it: it is taken anew."""
    for column in columns:
        if column["kind"] != "lookup":
            continue
        field = model_field(child.model, child.rename.get(column["name"], column["name"]))
        resource = resource_of(field.related_model)
        resets = resource.lookup_resets if resource else ()
        if resets:
            column["lookup"]["resets"] = [item["name"] for item in columns if item["name"] in resets]


def _grid_label(view: Any, child: Child) -> str:
    if child.name in view.form_labels:
        return str(view.form_labels[child.name])
    if child.name == "lines":
        return _("Lines")
    text = str(child.model._meta.verbose_name_plural)
    return text[:1].upper() + text[1:]


def document_tools(view: Any, document: Any, lifecycle: Lifecycle, user: Any) -> list[dict[str, Any]]:
    """What can be done with a document besides its transitions, for the menu of its bar.

    ``does``: ``verb`` posts and goes to what came of it, ``delete`` takes the draft away, ``copy`` shows an
    address to copy, ``page`` opens one. A viewset adds its own in ``form_tools``.
    """
    tools: list[dict[str, Any]] = []
    if view.duplicable and may(user, view.permission("add")):
        tools.append(
            {"name": "duplicate", "label": _("Duplicate"), "does": "verb", "answers": "new_document"}
        )
    tools += view.form_tools(document, user)
    if may(user, PRINT):
        pdf = f"/api/v1/{view.path}/{document.pk}/pdf/"
        tools += [
            {
                "name": f"print_{item.name}",
                "label": str(item.label),
                "does": "page",
                "url": f"{pdf}?variant={item.name}",
                "blank": True,
            }
            for item in variants_of(view.model)
        ]
    if _deletable(view, document, lifecycle, user):
        tools.append(
            {
                "name": "delete",
                "label": _("Delete draft"),
                "does": "delete",
                "confirm": _(
                    "The draft goes for good, with its lines. It has no number, so none is missing."
                ),
            }
        )
    return tools


def _deletable(view: Any, document: Any, lifecycle: Lifecycle, user: Any) -> bool:
    draft = view.deletable and not document.number and lifecycle.editable(document.status)
    return draft and may(user, view.permission("delete")) and record_open(document, user, "delete")


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
