"""Panels on the page of a master: what other apps know of it, each with its own permission.

An app registers them in its ``panels.py``; the app of the master never knows::

    register_panel(Party, Panel("dues", _("Dues"), dues_of, permission="accounting.view_openitem", order=10))
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst

from apps.core.access import may
from apps.core.admin.urls import admin_url
from apps.core.formats import show_date
from apps.core.modules import module_key_of_app
from apps.core.registry import load_modules
from apps.core.tenant import switch_on
from apps.core.working import in_company, working_company_id


@dataclass(frozen=True)
class Item:
    """One line: what, how much, where it leads; ``tone`` as badges have it, only for what wants attention."""

    label: Any
    text: Any = ""
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Act:
    """A button that sends to ``url``; ``asks`` is the label of a text that goes with it (a reason)."""

    label: Any
    url: str
    asks: Any = ""


@dataclass(frozen=True)
class Content:
    items: Sequence[Item] = ()
    acts: Sequence[Act] = ()
    links: Sequence[tuple[Any, str]] = ()


@dataclass(frozen=True)
class Panel:
    """``build(request, record)`` gives the content; None: nothing to say about this record."""

    key: str
    title: Any
    build: Callable[[HttpRequest, Any], Content | None]
    permission: str = ""
    order: int = 100
    app: str = field(default="")


_panels: dict[type[models.Model], list[Panel]] = defaultdict(list)


def register_panel(model: type[models.Model], panel: Panel) -> None:
    _panels[model].append(panel)


def panels_of(request: HttpRequest, record: models.Model) -> list[tuple[Panel, Content]]:
    """The panels of a record that are open to this person, filled, in their order."""
    load_modules("panels")
    found = []
    for panel in sorted(_panels.get(type(record), ()), key=lambda item: item.order):
        if not switch_on(module_key_of_app(panel.app)) or (
            panel.permission and not may(request.user, panel.permission)
        ):
            continue
        content = panel.build(request, record)
        if content is not None:
            found.append((panel, content))
    return found


def list_url(model: type[models.Model], query: str) -> str:
    """The list of a kind with a filter; empty when it has no page."""
    try:
        return (
            f"{reverse(f'admin:{model._meta.app_label}_{model._meta.model_name}_changelist')}?_once=1&{query}"
        )
    except NoReverseMatch:
        return ""


def counted(
    request: HttpRequest,
    label: Any,
    model: type[models.Model],
    record: models.Model,
    *,
    narrow: Callable[[Any], Any],
    query: str,
    path: str = "party",
    tone: str = "",
) -> Item | None:
    """How many records of another kind stand on this one, as a link to just those; None without any, or for
    those who may not see them. Counted as the list will show them: of the company that is worked in."""
    meta = model._meta
    if not may(request.user, f"{meta.app_label}.view_{meta.model_name}"):
        return None
    rows = model._default_manager.for_user(request.user).filter(**{path: record.pk})  # type: ignore[attr-defined]  # business models have the scoped manager
    number = narrow(in_company(rows, working_company_id(request.user))).count()
    url = list_url(model, f"{path}__id__exact={record.pk}&{query}")
    return Item(label, number, url, tone) if number else None


def latest(
    request: HttpRequest, model: type[models.Model], record: models.Model, *, most: int = 5
) -> list[tuple[Any, Item]]:
    """[(day, line)] of the newest documents that stand on a party and that the person may see."""
    meta = model._meta
    if not may(request.user, f"{meta.app_label}.view_{meta.model_name}"):
        return []
    rows = model._default_manager.for_user(request.user).filter(party=record.pk).order_by("-date", "-id")  # type: ignore[attr-defined]  # as above
    return [(row.date, Item(record_name(row), show_date(row.date), admin_url(row))) for row in rows[:most]]


def record_name(row: Any) -> str:
    """``Invoice INV/26-27/0007``; a draft by its id."""
    return f"{capfirst(row._meta.verbose_name)} {row.number or f'#{row.pk}'}"
