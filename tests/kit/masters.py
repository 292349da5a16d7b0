"""A fresh record of any master, with just what it must have."""

from __future__ import annotations

import itertools
from typing import Any

from django.db import models

from apps.company.models import Company
from tests.factories.company import make_company

_numbers = itertools.count(1)
# What a made-up value would not pass.
FIXED: dict[str, dict[str, Any]] = {
    "company.company": {"state_code": "24"},
    "company.currency": {"code": lambda n: "X" + chr(65 + n // 26 % 26) + chr(65 + n % 26)},
    "inventory.place": {"place_kind": "warehouse"},
    "accounting.account": {"account_type": "asset"},
    "sso.identityprovider": {"active": False},
    "company.holiday": {"date": lambda n: f"2031-01-{n % 28 + 1:02}"},
}


def make_master(model: type[models.Model]) -> Any:
    """A saved record with made-up values."""
    number = next(_numbers)
    if model is Company and not Company.objects.exists():
        make_company()  # the last one can't be deleted
    fixed = {
        name: value(number) if callable(value) else value
        for name, value in FIXED.get(model._meta.label_lower, {}).items()
    }
    row = model(**fixed)
    for item in model._meta.concrete_fields:
        if item.primary_key or item.name in fixed or item.has_default() or item.null:
            continue
        if not item.blank or item.is_relation:
            setattr(row, item.name, _made_up(item, number))
    row.full_clean(exclude=["search_text"])
    row.save()
    return row


def _made_up(item: Any, number: int) -> Any:
    if item.is_relation:
        if item.related_model is Company:
            return Company.objects.first() or make_company()
        return item.related_model._default_manager.first() or make_master(item.related_model)
    if item.choices:
        return item.choices[0][0]
    if isinstance(item, models.CharField | models.TextField):
        return f"t{number}x"[: item.max_length or 20]
    return number
