"""How people and machines read the numbers of a report."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from apps.core.india.numbers import format_indian
from apps.datatools.reports.definition import Column
from apps.datatools.reports.render import cell_text, number_text

BALANCE, RATE = Column("b", "Balance", "balance"), Column("r", "Unit cost", "rate")


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        (BALANCE, D("118000"), "1,18,000.00 Dr"),
        (BALANCE, D("-118000.5"), "1,18,000.50 Cr"),
        (BALANCE, D("0"), "0.00"),
        (RATE, D("3.333333"), "3.3333"),
        (RATE, D("12"), "12.0000"),
        (Column("m", "Value", "money"), D("-5"), "-5.00"),
        (Column("q", "Quantity", "quantity"), D("12.500000"), "12.5"),
    ],
)
def test_people_read_sides_and_even_decimals(column, value, shown):
    assert number_text(column, value, format_indian) == shown


def test_a_file_holds_the_signed_balance_and_the_whole_rate():
    assert cell_text(BALANCE, D("-118000.5")) == "-118000.50"
    assert cell_text(RATE, D("3.333333")) == "3.333333"
