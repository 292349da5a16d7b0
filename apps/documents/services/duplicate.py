"""A new draft with the content of an existing document."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from apps.company.selectors import company_today
from apps.core.contribute import contributions_to
from apps.core.scope import kind_of
from apps.documents.models import Document, DocumentLine
from apps.documents.services.timeline import timeline_add

# What belonged to the first document's own occasion; dates and exchange rate are worked out anew.
NEVER = frozenset(
    {"version", "exchange_rate", "po_reference", "po_date", "vendor_number", "batch_code", "serials"}
)


def document_duplicate(row: Document, *, view: Any, by: Any) -> Document:
    """A draft dated today with the same parties, lines, prices and texts, written as any other draft.

    ``view`` is the resource of the document (its ``duplicate_skip`` names further fields to leave out).
    Sources (the order of an invoice) aren't taken over. Raises InvalidInput where something that the
    document uses can't be used any more, by its path (``lines.0.product``).
    """
    skip = NEVER | frozenset(getattr(view, "duplicate_skip", ()))
    seen = {key: value for key, value in _plain(view, row).items() if key not in skip}
    data = {
        name: value
        for name, value in seen.items()
        if name in view.fields and name not in view.read_only and _copied(view.model, name, view.rename)
    }
    for child in view.children:
        data[child.name] = [
            {
                name: line[name]
                for name in child.fields
                if name in line and name not in skip and _copied(child.model, name, child.rename)
            }
            for line in seen.get(child.name, [])
        ]
    for name in contributions_to(view.model):
        data.pop(name, None)
    data["date"] = company_today().isoformat()
    values, children, _version = view.read_input(_filled(data))
    copy = view.save_record(view.model(), values, children, None)
    timeline_add(
        copy,
        "duplicated",
        text=_("Duplicated from %(n)s") % {"n": row},
        data={"source": f"{kind_of(row)}:{row.pk}"},
    )
    return copy


def _plain(view: Any, row: Document) -> dict[str, Any]:
    """The document as its resource writes it, without labels."""
    return view.representer().rows([row], view.request.user)[0]


def _copied(model: type[models.Model], name: str, rename: dict[str, str]) -> bool:
    """Own contents are copied; dates are not, nor keys to other documents and their lines."""
    try:
        field = model._meta.get_field(rename.get(name, name))
    except FieldDoesNotExist:
        return False
    if isinstance(field, models.DateField):
        return False
    related = field.related_model
    return not (isinstance(related, type) and issubclass(related, (Document, DocumentLine)))


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """Without empty values: the defaults of a new document hold for them."""
    return {name: value for name, value in data.items() if value is not None}
