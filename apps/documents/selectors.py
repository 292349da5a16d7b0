"""Reads about any record, named by kind and id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access import access_of
from apps.core.errors import InvalidInput, NotFound
from apps.core.registry import KindRef, business_models
from apps.core.scope import kind_of
from apps.core.tenant import current_organisation
from apps.documents.lifecycle import lifecycles
from apps.documents.models import Document, DocumentLink

M = TypeVar("M", bound=models.Model)
COLLABORATIVE = ("master", "document", "setting")


def record_url(kind: str, pk: int) -> str:
    """Address of a record in the back office; empty when it has no page there."""
    app_label, _sep, model_name = kind.partition(".")
    try:
        return reverse(f"admin:{app_label}_{model_name}_change", args=[pk])
    except NoReverseMatch:
        return ""


def target_find(text: Any, user: Any) -> models.Model:
    """The record that ``sales.order:7`` names, if this user may see it.

    Raises InvalidInput (field ``target``) for a text that names nothing, NotFound for a hidden record.
    """
    if not isinstance(text, str) or not text:
        raise InvalidInput(_("Name the record, such as sales.order:7."), field="target", code="required")
    try:
        ref = KindRef.parse(text)
    except (LookupError, ValueError) as error:
        raise InvalidInput(
            _("“%(t)s” names no kind of record.") % {"t": text[:80]}, field="target"
        ) from error
    if getattr(ref.model, "kind", "") not in COLLABORATIVE or not 0 < ref.pk < 2**63:
        raise InvalidInput(_("“%(t)s” names no kind of record.") % {"t": text[:80]}, field="target")
    record = ref.get(user)
    if record is None:
        raise NotFound(_("Not found."))
    return record


def made_of(source: models.Model, made: type[M], relation: str = "") -> models.QuerySet[M]:
    """The documents of a kind that came of ``source`` (the invoices of a delivery), in whatever state; with
    ``relation`` those that came of it in this way."""
    links = DocumentLink.objects.filter(
        source_kind=kind_of(source), source_id=source.pk, target_kind=kind_of(made)
    )
    if relation:
        links = links.filter(relation=relation)
    return made._default_manager.filter(pk__in=links.values("target_id"))


def made_from(target: models.Model, source: type[M], relation: str = "") -> models.QuerySet[M]:
    """The documents of a kind of which ``target`` came (the orders of an invoice)."""
    links = DocumentLink.objects.filter(
        source_kind=kind_of(source), target_kind=kind_of(target), target_id=target.pk
    )
    if relation:
        links = links.filter(relation=relation)
    return source._default_manager.filter(pk__in=links.values("source_id"))


def record_title(record: models.Model) -> str:
    """Kind and name, such as ``Invoice INV/26-27/0007``; the kind once only (a draft's name holds it)."""
    return titled(str(record._meta.verbose_name), str(record))


def titled(kind: str, name: str) -> str:
    """``Invoice`` and its name as one text, as ``record_title`` gives it."""
    text = name if name.casefold().startswith(kind.casefold()) else f"{kind} {name}"
    return text[:1].upper() + text[1:]


def target_text(record: models.Model) -> str:
    """``sales.order:7``: how the API names a record."""
    return f"{kind_of(record)}:{record.pk}"


def records_titles(refs: Iterable[tuple[str, int]], user: Any) -> dict[tuple[str, int], dict[str, Any]]:
    """(kind, id) → title, status, date, url of the records that the user may see; a query for each kind."""
    by_kind: dict[str, set[int]] = {}
    for kind, pk in refs:
        by_kind.setdefault(kind, set()).add(pk)
    found = {}
    for kind, ids in by_kind.items():
        for row in _visible(kind, ids, user):
            found[kind, row.pk] = _title_of(row, kind)
    return found


def _visible(kind: str, ids: set[int], user: Any) -> Iterable[Any]:
    try:
        model: Any = apps.get_model(kind)
    except (LookupError, ValueError):
        return []
    if not access_of(user).permissions or not hasattr(model.objects, "for_user"):
        return []
    return model.objects.for_user(user).filter(pk__in=ids)


def _title_of(row: Any, kind: str) -> dict[str, Any]:
    status = getattr(row, "status", "") or ""
    return {
        "target": f"{kind}:{row.pk}",
        "kind": kind,
        "id": row.pk,
        "kind_label": str(row._meta.verbose_name),
        "title": str(row),
        "label": str(row),
        "date": row.date.isoformat() if getattr(row, "date", None) else None,
        "status": status,
        **_state_of(row, status),
        "url": record_url(kind, row.pk),
    }


def _state_of(row: Any, status: str) -> dict[str, str]:
    table = lifecycles().get(type(row))
    if table is None:
        return {"status_label": "", "tone": ""}
    state = table.state(status)
    return {"status_label": str(state.label), "tone": state.tone}


def documents_this_month() -> int:
    """How many documents of all kinds were entered since the month began on the organisation's clock."""
    zone = ZoneInfo(current_organisation().time_zone)
    start = timezone.now().astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    models = [model for model in business_models() if issubclass(model, Document)]
    return sum(model._base_manager.filter(created_at__gte=start).count() for model in models)
