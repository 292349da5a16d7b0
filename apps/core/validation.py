"""From Django's ValidationError to the product's list of field errors."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from apps.core.errors import FieldError, InvalidInput


def field_errors(error: ValidationError, prefix: str = "") -> list[FieldError]:
    """One FieldError for each message; ``prefix`` such as ``lines.0.`` goes before the field's name."""
    if not hasattr(error, "error_dict"):
        return [FieldError(prefix.rstrip("."), m, e.code or "invalid") for e in error.error_list for m in e]
    found = []
    for name, errors in error.error_dict.items():
        field = prefix.rstrip(".") if name == NON_FIELD_ERRORS else f"{prefix}{name}"
        for item in errors:
            found.extend(FieldError(field, message, item.code or "invalid") for message in item)
    return found


def clean_instance(
    instance: models.Model, prefix: str = "", exclude: Any = None, constraints: bool = True
) -> None:
    """``full_clean`` that raises InvalidInput with the product's field names."""
    try:
        instance.full_clean(exclude=exclude, validate_constraints=constraints)
    except ValidationError as error:
        raise InvalidInput(field_errors(error, prefix)) from error
