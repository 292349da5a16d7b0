"""From Django's ValidationError to the product's list of field errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.exceptions import FieldError as UnknownField
from django.db import models

from apps.core.doubles import bin_hint, plain_duplicates, taken_by
from apps.core.errors import FieldError, InvalidInput
from apps.core.plain_values import left_to_ask


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
    instance: models.Model, prefix: str = "", exclude: Any = None, constraints: bool = True, by: Any = None
) -> None:
    """``full_clean`` that raises InvalidInput with the product's field names.

    It asks the database less than Django's own: not for rows that were just read, and once for all checks of
    the table instead of once for each. ``by``: who may see the bin that a double lies in.
    """
    try:
        _full_clean(instance, set(exclude or ()), constraints)
    except ValidationError as error:
        twins = taken_by(instance)
        refusal = InvalidInput(plain_duplicates(instance, field_errors(error, prefix), twins, prefix, by))
        refusal.data = bin_hint(twins, by)
        raise refusal from error


def _full_clean(instance: models.Model, exclude: set[str], constraints: bool) -> None:
    """The steps of Django's ``full_clean``; a later one leaves out the fields that failed before."""
    errors: dict[str, Any] = {}
    steps: list[Callable[[set[str]], None]] = [
        lambda left_out: instance.clean_fields(
            exclude=left_to_ask(instance, left_out | _keys_known(instance))
        ),
        lambda _left_out: instance.clean(),
        lambda left_out: instance.validate_unique(exclude=left_out),
    ]
    if constraints:
        steps.append(lambda left_out: _constraints_clean(instance, left_out))
    for step in steps:
        try:
            step(exclude | set(errors) - {NON_FIELD_ERRORS})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _keys_known(instance: models.Model) -> set[str]:
    """Keys whose row lies beside them because it was read: it exists, and the database's own key holds."""
    known = set()
    for field in instance._meta.concrete_fields:
        if not isinstance(field, models.ForeignKey) or not field.is_cached(instance):
            continue
        row, value = field.get_cached_value(instance), getattr(instance, field.attname)
        if row is None or value is None or field.get_limit_choices_to():
            continue
        if not row._state.adding and getattr(row, field.target_field.attname) == value:
            known.add(field.name)
    return known


def _constraints_clean(instance: models.Model, exclude: set[str]) -> None:
    """All checks by one statement; each alone only when that finds a fault, to say which."""
    found = [(model, one) for model, many in instance.get_constraints() for one in many]
    checks = [one for _model, one in found if isinstance(one, models.CheckConstraint)]
    if len(checks) < 2 or not _checks_hold(instance, checks, exclude):
        instance.validate_constraints(exclude=exclude)
        return
    errors: dict[str, Any] = {}
    for model, one in found:
        if isinstance(one, models.CheckConstraint):
            continue
        try:
            one.validate(model, instance, exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


def _checks_hold(instance: models.Model, checks: list[models.CheckConstraint], exclude: set[str]) -> bool:
    """Whether the values pass every check. False also where an excluded field keeps them from being asked."""
    values = instance._get_field_expression_map(meta=instance._meta, exclude=exclude)
    together = models.Q(*(models.Q(one.condition) for one in checks))
    try:
        return together.check(values)
    except UnknownField:
        return False
