"""Saving drafts: the one way in which admin, API and import write a document and its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import Refused, VersionConflict
from apps.core.events import emit
from apps.core.locks import lock_row
from apps.core.records import Child, children_write, rows_keep, values_set
from apps.core.scope import kind_of
from apps.core.validation import clean_instance
from apps.documents.events import DocumentAssigned
from apps.documents.lifecycle import lifecycle_of
from apps.documents.models import Document
from apps.documents.services.timeline import timeline_add

Compute = Callable[[Document, dict[str, list[Any]]], None]


def draft_save(
    document: Document,
    *,
    values: dict[str, Any],
    children: dict[str, list[dict[str, Any]]],
    specs: dict[str, Child],
    compute: Compute,
    version: int | None,
    by: Any,
) -> Document:
    """Create or change a draft with its lines.

    ``compute(document, {name: instances})`` fills defaults and totals before anything is written and raises
    InvalidInput with paths such as ``lines.0.quantity``. Raises Refused when the document is not a draft,
    VersionConflict when it was changed meanwhile.
    """
    new = document.pk is None
    if not new:
        document = _locked(document, version)
    owner_before = document.owner_id
    values_set(document, values)
    if new:
        _defaults(document, by)
    instances = children_write(document, children, specs, save=False)
    compute(document, instances)
    _clean(document)
    document.version = 1 if new else document.version + 1
    document.save()
    children_write(document, children, specs, save=True, prepared=instances, fresh=new)
    rows_keep(document, instances)
    _announce_owner(document, owner_before, by)
    timeline_add(document, "created" if new else "changed", text=_("Created") if new else _("Changed"))
    return document


def _clean(document: Document) -> None:
    """Field checks. A kind whose ``compute`` has checked its keys and amounts (``constraints_checked``) isn't
    asked for again key by key and constraint by constraint: the database still refuses what is wrong."""
    exclude = ["search_text"]
    checked = getattr(document, "constraints_checked", False)
    if checked:
        keys = [field for field in document._meta.concrete_fields if field.is_relation]
        exclude += [field.name for field in keys if getattr(document, field.attname) is not None]
    clean_instance(document, exclude=exclude, constraints=not checked)


def _locked(document: Document, version: int | None) -> Document:
    row = lock_row(type(document), document.pk)
    if not lifecycle_of(type(row)).editable(row.status):
        raise Refused(
            _("A document in the state “%(state)s” can't be changed.")
            % {"state": lifecycle_of(type(row)).state(row.status).label},
            code="invalid_transition",
            field="status",
        )
    if version is None:
        raise VersionConflict(
            _("Please send the version that you changed."), code="version_required", field="version"
        )
    if version != row.version:
        raise VersionConflict(_("Somebody changed this document meanwhile."), field="version")
    return row


def _announce_owner(document: Document, before: int | None, by: Any) -> None:
    owner, actor = document.owner_id, getattr(by, "pk", None)
    if owner is not None and owner not in (before, actor):
        emit(DocumentAssigned(kind_of(document), document.pk, owner, actor))


def _defaults(document: Document, by: Any) -> None:
    if document.owner_id is None and by is not None:
        document.owner = by
    owner = document.owner
    if document.department_id is None and owner is not None:
        document.department_id = owner.department_id
