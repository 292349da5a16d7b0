"""The page between choosing rows in a list and what an action does with them: what will happen to which row,
what is refused and why, and what the action asks for. Nothing is done before its button is pressed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from apps.core.keys import key_read


@dataclass(frozen=True)
class ActRow:
    """A row of the page: the texts of its cells, and why nothing happens to it (empty: it goes)."""

    cells: Sequence[Any]
    refused: str = ""


@dataclass(frozen=True)
class ActField:
    """What the action asks for; ``kind`` text, textarea, date, choice, money or decimal."""

    name: str
    label: Any
    value: str = ""
    kind: str = "text"
    required: bool = False
    choices: Sequence[tuple[str, Any]] = ()
    error: str = ""


def act_going(request: HttpRequest) -> bool:
    """Whether the page's button was pressed (and not the list's)."""
    return "_go" in request.POST


def act_ids(request: HttpRequest, queryset: Any) -> list[int]:
    """Keys of the rows that the page showed, else of those chosen in the list; in the list's scope both."""
    if "_ids" in request.POST:
        shown = [key for part in request.POST["_ids"].split(",") if (key := key_read(part)) is not None]
        queryset = queryset.model._default_manager.for_user(request.user).filter(pk__in=shown)
        found = set(queryset.values_list("pk", flat=True))
        return [pk for pk in shown if pk in found]
    return list(queryset.values_list("pk", flat=True))


def act_field(
    request: HttpRequest,
    name: str,
    label: Any,
    *,
    kind: str = "text",
    required: bool = False,
    choices: Sequence[tuple[str, Any]] = (),
) -> ActField:
    """A field with what was filled in; once the button was pressed, what is missing is said."""
    value = request.POST.get(f"ask_{name}", "").strip()
    error = _("This field is required.") if required and not value and act_going(request) else ""
    return ActField(f"ask_{name}", label, value, kind, required, choices, error)


def act_page(
    model_admin: Any,
    request: HttpRequest,
    *,
    action: str,
    title: str,
    label: Any,
    heads: Sequence[Any],
    rows: Sequence[ActRow],
    ids: Sequence[int],
    fields: Sequence[ActField] = (),
    danger: bool = False,
    notes: Sequence[Any] = (),
    hidden: int = 0,
) -> TemplateResponse:
    """The page. ``ids`` go along, so that exactly what was shown is done; ``hidden``: so many rows more."""
    going = sum(1 for row in rows if not row.refused)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.model._meta,
        "title": title,
        "action": action,
        "label": label,
        "heads": heads,
        "rows": rows,
        "ids": ",".join(str(pk) for pk in ids),
        "first": ids[0] if ids else "",
        "checkbox": ACTION_CHECKBOX_NAME,
        "fields": fields,
        "danger": danger,
        "notes": [note for note in notes if note],
        "going": going + hidden,
        "refused": len(rows) - going,
        "hidden": hidden,
    }
    return TemplateResponse(request, "core/act.html", context)


def number_cell(text: Any) -> Any:
    """A figure at the right of its column."""
    return format_html('<span class="bahi-number">{}</span>', text)


def link_cell(url: str, text: Any) -> Any:
    """A link to a record, or its text where it has no page."""
    return format_html('<a class="bahi-link" href="{}">{}</a>', url, text) if url else str(text)
