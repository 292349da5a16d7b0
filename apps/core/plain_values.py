"""Values that are surely right for their field, so that the field needn't be asked.

``clean_fields`` asks each field of each row a dozen questions: thirty columns of a line, two hundred
lines of an invoice. Nearly all values are of the field's own type and within its bounds, which one
comparison tells. What isn't plain (a choice that isn't one, a text too long, a column with a rule of
its own) is left to the field, with its messages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.core import validators
from django.db import models

Test = Callable[[Any], bool]

_ASKED = ("to_python", "validate", "run_validators", "clean")
_KINDS: dict[type[models.Field], type] = {
    models.CharField: str,
    models.TextField: str,
    models.BooleanField: bool,
    models.IntegerField: int,
    models.DecimalField: Decimal,
    models.DateTimeField: datetime,
    models.DateField: date,
}


def plainly_right(instance: models.Model) -> set[str]:
    """Names of the fields whose value ``clean_fields`` would leave as it is."""
    values = instance.__dict__
    found = set()
    for name, attname, kind, tests in _tests(type(instance)):
        value = values.get(attname)
        if value.__class__ is not kind:
            continue
        for test in tests:
            if not test(value):
                break
        else:
            found.add(name)
    return found


@cache
def _tests(model: type[models.Model]) -> list[tuple[str, str, type, tuple[Test, ...]]]:
    found = []
    for field in model._meta.concrete_fields:
        kind = _kind_of(field)
        tests = _tests_of(field) if kind else None
        if kind and tests is not None:
            found.append((field.name, field.attname, kind, tests))
    return found


def _kind_of(field: Any) -> type | None:
    """The type of a field that asks no more of its values than Django's own."""
    return next((kind for base, kind in _KINDS.items() if behaves_as(field, base, _ASKED)), None)


def behaves_as(field: Any, base: type[models.Field], methods: tuple[str, ...]) -> bool:
    """Whether a field is one of Django's, or a kind of it that leaves these methods as they are there."""
    own = type(field)
    return isinstance(field, base) and all(getattr(own, name) is getattr(base, name) for name in methods)


def _tests_of(field: Any) -> tuple[Test, ...] | None:
    """What a value of the right type must pass; None when a rule can't be told by a comparison."""
    tests: list[Test] = []
    if not field.blank and _kind_of(field) is str:
        tests.append(bool)
    if field.choices:
        if callable(getattr(field.choices, "choices_func", None)):
            return None
        tests.append(frozenset(key for key, _label in field.flatchoices).__contains__)
    for validator in field.validators:
        test = _test_of(validator)
        if test is None:
            return None
        tests.insert(0, test)  # the decimal's own comes last there: what is no number can't be compared
    return tuple(tests)


def _test_of(validator: Any) -> Test | None:
    kind = type(validator)
    if kind is validators.DecimalValidator:
        return _decimal_test(validator.max_digits, validator.decimal_places)
    limit = getattr(validator, "limit_value", None)
    if limit is None or callable(limit):
        return None
    return _LIMITS[kind](limit) if kind in _LIMITS else None


_LIMITS: dict[type, Callable[[Any], Test]] = {
    validators.MaxLengthValidator: lambda limit: lambda value: len(value) <= limit,
    validators.MinValueValidator: lambda limit: lambda value: value >= limit,
    validators.MaxValueValidator: lambda limit: lambda value: value <= limit,
}


def _decimal_test(digits: int | None, places: int | None) -> Test | None:
    if digits is None or places is None:
        return None
    whole = digits - places

    def fits(value: Decimal) -> bool:
        _sign, figures, exponent = value.as_tuple()
        return exponent.__class__ is int and -places <= exponent <= 0 and len(figures) + exponent <= whole  # type: ignore[operator]  # a text for what is no number

    return fits


def left_to_ask(instance: models.Model, exclude: Collection[str]) -> set[str]:
    """``exclude`` for ``clean_fields``: with the fields that needn't be asked."""
    return {*exclude, *plainly_right(instance)}
