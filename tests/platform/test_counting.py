"""Totals of long lists are kept for a moment, each for its own rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Unit
from apps.core import counting
from apps.core.tenant import organisation_context

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_from_five(monkeypatch: Any) -> None:
    monkeypatch.setattr(counting, "LONG", 5)
    counting._kept.clear()


def _units(count: int, prefix: str) -> None:
    for number in range(count):
        Unit.objects.create(code=f"{prefix}{number}", name=f"{prefix} {number}")


def _found(prefix: str) -> int:
    return counting.total_of(Unit.objects.filter(code__startswith=prefix).order_by("name"))


def test_a_short_list_is_counted_each_time(long_from_five: None) -> None:
    _units(4, "TOT-S")
    assert _found("TOT-S") == 4
    Unit.objects.create(code="TOT-S9", name="S 9")
    assert _found("TOT-S") == 5


def test_a_long_list_is_counted_again_after_a_moment(long_from_five: None, monkeypatch: Any) -> None:
    _units(6, "TOT-L")
    assert _found("TOT-L") == 6
    Unit.objects.create(code="TOT-L9", name="L 9")
    with CaptureQueriesContext(connection) as queries:
        assert _found("TOT-L") == 6
    assert not queries.captured_queries
    monkeypatch.setattr(counting.time, "monotonic", lambda: 10**9)
    assert _found("TOT-L") == 7


def test_another_filter_or_organisation_has_its_own_total(long_from_five: None) -> None:
    _units(6, "TOT-P")
    _units(7, "TOT-Q")
    assert (_found("TOT-P"), _found("TOT-Q")) == (6, 7)
    with organisation_context("org_zenith"):
        assert _found("TOT-P") == 0
    assert counting.total_of(Unit.objects.none()) == 0
