"""What a period is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from apps.accounting.statements.base import period_before, year_before


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "last", "start", "end"),
    [
        ("2026-04-01", "2026-06-30", "2026-01-01", "2026-03-31"),  # a quarter, not 91 days
        ("2027-03-01", "2027-03-31", "2027-02-01", "2027-02-28"),
        ("2026-04-01", "2027-03-31", "2025-04-01", "2026-03-31"),
        ("2026-01-01", "2026-01-31", "2025-12-01", "2025-12-31"),
        ("2026-04-01", "2026-04-10", "2026-03-22", "2026-03-31"),  # no whole months: as many days
        ("2026-04-02", "2026-05-01", "2026-03-03", "2026-04-01"),
    ],
)
def test_the_period_before(first, last, start, end):
    assert period_before(day(first), day(last)) == (day(start), day(end))


@pytest.mark.parametrize(
    ("now", "then"),
    [("2029-02-28", "2028-02-29"), ("2028-02-29", "2027-02-28"), ("2027-03-31", "2026-03-31"),
     ("2028-02-27", "2027-02-27")],
)  # fmt: skip
def test_the_year_before_keeps_the_end_of_a_month(now, then):
    assert year_before(day(now)) == day(then)
