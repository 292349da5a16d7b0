"""Putting texts of a document right after it took effect."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.core.errors import FieldError, InvalidInput
from apps.documents.models import Document


def document_correct(document: Document, *, by: Any, **values: Any) -> None:
    """Set the columns that the transition asks for. Raises InvalidInput naming the field."""
    errors, changed = [], False
    for name, value in values.items():
        column: Any = document._meta.get_field(name)
        try:
            clean = column.clean(value if value is not None else column.get_default(), document)
        except ValidationError as error:
            errors.append(FieldError(name, " ".join(error.messages), "invalid"))
            continue
        changed = changed or clean != getattr(document, name)
        setattr(document, name, clean)
    if errors:
        raise InvalidInput(errors)
    if not changed:
        raise InvalidInput(_("Nothing was changed."), field=next(iter(values), ""), code="required")
