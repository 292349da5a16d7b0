"""Whoever adds a column says whether it holds personal data, and of whom."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.backup.services.open_formats import organisation_models
from apps.core.personal import BLANK, EMAIL, EMPTY, NAME, SWEPT, book_kinds, holdings, subjects

RULES = {NAME, EMAIL, BLANK, EMPTY, SWEPT}
TEXT = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField, ArrayField)
LOOKS_PERSONAL = re.compile(
    r"^(e?mail|.*_e?mail|phone|.*_phone|address|.*_address|agent|line[12]|city|postal_code|person|actor_label"
    r"|to|cc|reply_to|pan|aadhaar.*|birth.*|mobile)$"
)
OF_THE_ORGANISATION = {
    "company.company": "the organisation's own",
    "company.companyaddress": "the organisation's own",
    "inventory.place": "the organisation's own",
    "sso.identityprovider": "names of claims, not their values",
    "runtime.outboxevent": "swept; removed after two weeks",
    "messaging.mailmessage": "swept; removed after its time",
    "messaging.textmessage": "swept; removed after its time",
}
"""Tables with columns that look personal, whose rows aren't about one person."""


def text_columns(model):
    return {f.name for f in model._meta.concrete_fields if isinstance(f, TEXT)}


@pytest.mark.parametrize("holding", holdings(), ids=lambda item: f"{item.model}-{item.subject}")
def test_every_text_column_of_a_declared_table_is_personal_or_not(holding):
    model = apps.get_model(holding.model)
    said = {*holding.fields, *holding.impersonal}
    assert text_columns(model) - said - {"search_text", "custom", "tags"} == set(), (
        "declare it in personal.py"
    )
    assert said - {f.name for f in model._meta.concrete_fields} == set()
    assert set(holding.fields.values()) <= RULES
    assert holding.subject in subjects()
    rows = model._base_manager.filter(**holding.rows(0))
    str(rows.query)  # the path leads somewhere


def test_columns_that_look_personal_are_declared_somewhere():
    declared = {item.model for item in holdings()}
    known = declared | set(book_kinds()) | set(OF_THE_ORGANISATION)
    silent = [
        f"{model._meta.label_lower}.{name}"
        for model in organisation_models()
        if model._meta.label_lower not in known
        for name in text_columns(model)
        if LOOKS_PERSONAL.match(name)
    ]
    assert silent == [], "declare the table in the personal.py of its app"


def test_every_person_has_a_name_and_can_be_erased():
    for subject in subjects().values():
        own = [item for item in holdings(subject.kind) if item.model == subject.kind and item.path == "pk"]
        (item,) = own
        known = {*subject.names, *subject.emails, *subject.phones, *subject.numbers}
        assert subject.names
        assert known <= set(item.fields), "what he is known by is erased"
