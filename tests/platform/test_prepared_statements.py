"""What the database backend prepares, and what it must not."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from apps.accounts.models import User
from apps.accounts.selectors import user_read
from apps.catalog.models import Unit
from apps.core.api.filtering import search_queryset
from apps.core.database.base import PREPARE_AFTER
from apps.core.tenant import organisation_context
from tests.kit import database

OFTEN = PREPARE_AFTER + 2


def _prepared(text: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [row[0] for row in cursor.fetchall() if text in row[0]]


@pytest.mark.django_db
def test_rows_by_key_new_rows_and_changes_are_prepared() -> None:
    for number in range(OFTEN):
        unit = Unit.objects.create(code=f"T{number}", name=f"Test {number}")
        unit.name = "changed"
        unit.save()
        assert Unit.objects.get(pk=unit.pk).name == "changed"
    found = _prepared("catalog_unit")
    assert {statement.split()[0] for statement in found} >= {"SELECT", "INSERT", "UPDATE"}
    assert all("$1" in statement for statement in found)


@pytest.mark.django_db
def test_patterns_ranges_long_lists_and_totals_are_not(administrator: Any) -> None:
    for _ in range(OFTEN):
        list(search_queryset(Unit.objects.all(), "kilo"))
        list(Unit.objects.filter(id__gte=5))
        list(Unit.objects.filter(id__in=range(100)))
        Unit.objects.count()
    found = _prepared("catalog_unit")
    assert not [s for s in found if "LIKE" in s or ">=" in s or "$26" in s or "COUNT" in s], found


def test_a_column_that_is_added_meanwhile_breaks_no_prepared_statement(commits: str) -> None:
    """PostgreSQL refuses a prepared ``SELECT *`` whose columns changed: an upgrade adds some under us."""
    with organisation_context("org_acme"):
        user = User.objects.get(email="asha@acme.example")
        for _ in range(OFTEN):
            assert user_read(user.pk).email == user.email
        assert _prepared("accounts_user")
        with psycopg.connect(database.owner_url(commits), autocommit=True) as owner:
            owner.execute("ALTER TABLE org_acme.accounts_user ADD COLUMN shoe_size integer")
        for _ in range(OFTEN):
            assert user_read(user.pk).email == user.email
            assert User.objects.get(pk=user.pk).email == user.email
