"""What a person finds on a printed report."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pdfplumber

from apps.documents.printing import PrintColumn, PrintReport, PrintRow, render_report

from . import samples


def opened(report):
    return pdfplumber.open(io.BytesIO(render_report(report, deterministic=True)))


def test_accountant_reads_heads_and_page_numbers_on_every_page():
    with opened(samples.statement(120)) as pdf:
        count = len(pdf.pages)
        assert count >= 3
        for number, page in enumerate(pdf.pages, 1):
            text = page.extract_text()
            assert f"Page {number} of {count}" in text
            assert "Statement of Account" in text
            assert "Godavari Agro Irrigation LLP" in text  # a loose page says whose account it is
            assert "1 April 2026 to 21 November 2026" in text
            if "NEFT receipt" in text:
                assert "Particulars Debit Credit Balance" in text


def test_accountant_finds_the_ageing_below_a_statement():
    with opened(samples.statement(5)) as pdf:
        text = pdf.pages[-1].extract_text()
    assert "Over 90 days" in text
    assert "1,18,000.00" in text
    assert "Please tell us within 7 days" in text


def test_trial_balance_lies_across_and_aligns_money_to_the_right():
    with opened(samples.trial_balance()) as pdf:
        page = pdf.pages[0]
        assert page.width > page.height
        words = page.extract_words()
    ends = {round(word["x1"], 1) for word in words if word["text"] == "3,93,940.10"}
    assert len(ends) == 1


def test_levels_indent_and_zero_prints_as_asked():
    rows = (PrintRow(("Assets", Decimal(5)), "strong"), PrintRow(("Cash", Decimal(0)), level=2))
    report = PrintReport("T", (PrintColumn("Account", weight=1), PrintColumn("Amount", "right")), rows)
    with opened(report) as pdf:
        words = {word["text"]: word["x0"] for word in pdf.pages[0].extract_words()}
    assert round(words["Cash"] - words["Assets"], 1) == 20
    assert "0.00" not in words
    with opened(replace(report, zero="zero")) as pdf:
        assert "0.00" in pdf.pages[0].extract_text()


def test_wide_export_of_many_columns_stays_on_the_page():
    columns = tuple(PrintColumn(f"Column number {number}") for number in range(24))
    rows = tuple(PrintRow(tuple(f"value {number} {column}" for column in range(24))) for number in range(30))
    with opened(PrintReport("Export", columns, rows, landscape=True)) as pdf:
        for page in pdf.pages:
            assert all(char["x0"] >= 0 and char["x1"] <= page.width for char in page.chars)


def test_numbers_print_as_money_counts_and_texts():
    rows = (PrintRow(("x", Decimal("1234567.5"), 1234567, None)),)
    columns = (PrintColumn("A", weight=1), *(PrintColumn(name, "right") for name in "BCD"))
    with opened(PrintReport("T", columns, rows)) as pdf:
        assert "x 12,34,567.50 12,34,567" in pdf.pages[0].extract_text()
    with opened(PrintReport("T", columns, rows, currency="USD")) as pdf:
        assert "x 1,234,567.50 1,234,567" in pdf.pages[0].extract_text()
