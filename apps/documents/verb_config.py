"""The buttons of a document's page: what each asks, at once, later or on the opened lines."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.urls import reverse

from apps.core.access import may
from apps.documents.form_fields import lookup_config
from apps.documents.lifecycle import Ask, AskColumn, Lifecycle, Transition


def verb_config(item: Transition, document: Any, user: Any) -> dict[str, Any]:
    """A button: what it asks at once, and what only a refusal makes it ask (``after``: codes).

    Where it asks for lines, their rows are fetched when the dialog opens (``fields_url``), or the page opens
    again with its lines to change (``page``).
    """
    config = {
        "name": item.name,
        "label": str(item.label),
        "style": "plain" if _repeats(item, document) else item.style,
        "confirm": str(item.confirm) or None,
        "answers": item.answers,
        "menu": item.menu,
    }
    if any(ask.changes for ask in item.asks):
        return config | {"fields": [], "page": f"{_page(document, 'change')}?verb={item.name}"}
    if any(ask.rows for ask in item.asks):
        return config | {"fields": [], "fields_url": f"{_page(document, 'ask')}?verb={item.name}"}
    return config | {"fields": ask_fields(item, document, user)}


def _page(document: Any, name: str) -> str:
    meta = document._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[document.pk])


def ask_fields(item: Transition, document: Any, user: Any) -> list[dict[str, Any]]:
    """The fields of a transition's dialog; what only the API sends is left out."""
    asks = [ask for ask in item.asks if ask.kind != "json" and not ask.changes]
    fields = [_ask(ask, document, user) for ask in asks]
    asked = [(one, ask) for one, ask in zip(fields, asks, strict=True) if one["after"] or not ask.after]
    return [one for one, ask in asked if one.get("rows") or not ask.hides]


def _repeats(item: Transition, document: Any) -> bool:
    """Whether the button only does once more what was done (sending a sent offer): not the next step."""
    return item.answers == "record" and item.target == document.status


def _ask(ask: Ask, document: Any, user: Any) -> dict[str, Any]:
    default = str(_read(document, ask.suggest) or "") if ask.suggest else ask.default
    config = {
        "name": ask.name,
        "label": str(ask.label),
        "kind": ask.kind,
        "required": ask.required,
        "choices": [[value, str(label)] for value, label in ask.choices],
        "width": 12,
        "after": [code for code, permission in ask.after if may(user, permission)],
        "default": default,
        "empties": ask.empties,
    }
    if ask.kind == "record":
        query = {"query": ask.query.format(company=document.company_id)} if ask.query else {}
        config |= lookup_config(apps.get_model(ask.related), query, user)
    if ask.kind == "lines" and ask.rows is not None:
        config |= {
            "columns": [_column(column) for column in ask.columns],
            "rows": ask.rows(document, user),
            "sent": list(ask.sent),
            "counts": ask.counts,
        }
    return config


def _column(column: AskColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "label": str(column.label),
        "kind": column.kind,
        "input": column.input,
        "one_of": column.one_of,
    }


def _read(record: Any, path: str) -> Any:
    """``party.email`` of a document; None where something on the way is empty."""
    for name in path.split("."):
        record = getattr(record, name, None)
    return record


def opened_for(config: dict[str, Any], verb: str, document: Any, lifecycle: Lifecycle, user: Any) -> None:
    """Change a page's config so that the lines can be changed as the transition allows, and are sent to it.

    A transition that is not open to the person, or opens no lines, leaves the page as it is.
    """
    found = [item for item in lifecycle.open_to(document, user) if item.name == verb]
    ask = next((ask for item in found for ask in item.asks if ask.changes), None)
    if ask is None:
        return
    item = found[0]
    asked = {other.name for other in item.asks}
    on_page = {field["name"] for field in config["fields"]}
    never_written = {field["name"] for field in config["fields"] if field["readonly"]}
    for field in config["fields"]:
        field["readonly"] = field["readonly"] or field["name"] not in asked
    for grid in config["grids"]:
        grid["fixed"] = True
        if grid["name"] == ask.name and ask.removes is not None:
            grid["removable"] = ask.removes(document)
        for column in grid["columns"]:
            _open_column(column, ask if grid["name"] == ask.name else None)
    config |= {
        "editable": True,
        "verbs": [],
        "tools": [],
        "opened": {
            "verb": item.name,
            "label": str(item.label),
            "grid": ask.name,
            "key": "line",
            "changes": list(ask.changes),
            "adds": list(ask.adds),
            "fields": [
                one
                for one in ask_fields(item, document, user)
                if one["name"] not in on_page or one["kind"] == "lines"
            ],
            "header": sorted(asked & on_page),
            "known": sorted(f["name"] for f in config["fields"] if f["name"] not in never_written),
            "back": _page(document, "change"),
        },
    }


def _open_column(column: dict[str, Any], ask: Ask | None) -> None:
    """Closed, open, or (``new_only``) open in new lines only."""
    if ask is None or column["name"] not in {*ask.changes, *ask.adds}:
        if column["kind"] != "computed":
            column["readonly"] = True
    elif column["name"] not in ask.changes:
        column["new_only"] = True
