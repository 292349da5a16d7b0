"""What a person finds on a printed report."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from apps.documents.printing import PrintColumn, PrintReport, PrintRow, render_report
from tests.kit.pdf import pages

from . import samples


def printed(report):
    return pages(render_report(report, deterministic=True))


def test_accountant_reads_heads_and_page_numbers_on_every_page():
    sheets = printed(samples.statement(120))
    assert len(sheets) >= 3
    for number, page in enumerate(sheets, 1):
        assert f"Page {number} of {len(sheets)}" in page.text
        assert "Statement of Account" in page.text
        assert "Godavari Agro Irrigation LLP" in page.text  # a loose page says whose account it is
        assert "1 April 2026 to 21 November 2026" in page.text
        if "NEFT receipt" in page.text:
            assert "Particulars Debit Credit Balance" in page.text


def test_accountant_finds_the_ageing_below_a_statement():
    text = printed(samples.statement(5))[-1].text
    assert "Over 90 days" in text
    assert "1,18,000.00" in text
    assert "Please tell us within 7 days" in text


def test_trial_balance_lies_across_and_aligns_money_to_the_right():
    page = printed(samples.trial_balance())[0]
    assert page.width > page.height
    ends = {round(right, 1) for word, _, right in page.words if word == "3,93,940.10"}
    assert len(ends) == 1


def test_levels_indent_and_zero_prints_as_asked():
    rows = (PrintRow(("Assets", Decimal(5)), "strong"), PrintRow(("Cash", Decimal(0)), level=2))
    report = PrintReport("T", (PrintColumn("Account", weight=1), PrintColumn("Amount", "right")), rows)
    words = {word: left for word, left, _ in printed(report)[0].words}
    assert round(words["Cash"] - words["Assets"], 1) == 20
    assert "0.00" not in words
    assert "0.00" in printed(replace(report, zero="zero"))[0].text


def test_wide_export_of_many_columns_stays_on_the_page():
    columns = tuple(PrintColumn(f"Column number {number}") for number in range(24))
    rows = tuple(PrintRow(tuple(f"value {number} {column}" for column in range(24))) for number in range(30))
    assert all(page.holds_all() for page in printed(PrintReport("Export", columns, rows, landscape=True)))


def test_numbers_print_as_money_counts_and_texts():
    rows = (PrintRow(("x", Decimal("1234567.5"), 1234567, None)),)
    columns = (PrintColumn("A", weight=1), *(PrintColumn(name, "right") for name in "BCD"))
    assert "x 12,34,567.50 12,34,567" in printed(PrintReport("T", columns, rows))[0].text
    assert "x 1,234,567.50 1,234,567" in printed(PrintReport("T", columns, rows, currency="USD"))[0].text
