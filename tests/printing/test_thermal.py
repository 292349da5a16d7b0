"""What a shopper finds on a bill from a roll."""

from __future__ import annotations

import io
from dataclasses import replace

import pdfplumber
import pytest

from apps.documents.printing import render_thermal

from . import samples


def opened(document, **options):
    return pdfplumber.open(io.BytesIO(render_thermal(document, deterministic=True, **options)))


@pytest.mark.parametrize("width", [80, 58])
def test_shopper_reads_lines_and_total_on_a_roll_as_long_as_the_bill(width):
    with opened(samples.invoice(4), width_mm=width) as pdf:
        page = pdf.pages[0]
        text = page.extract_text()
        assert len(pdf.pages) == 1
        assert round(page.width / 72 * 25.4) == width
        assert all(char["x0"] >= 0 and char["x1"] <= page.width for char in page.chars)
        assert all(char["top"] >= 0 and char["bottom"] <= page.height for char in page.chars)
    assert "Grand total ₹ 1,86,133.00" in text
    assert "4 NOS × 18,450.00 - 5% GST 18% 82,729.80" in text
    assert "GSTIN 27AAKCS4821M1ZT" in text
    with opened(samples.invoice(40), width_mm=width) as longer:
        assert longer.pages[0].height > page.height + 36 * 20


def test_a_bill_longer_than_a_page_may_be_goes_on_on_a_second_piece():
    rows = tuple(
        replace(line, position="", description=f"Item{n}") for n, line in enumerate(samples.lines(900))
    )
    with opened(samples.invoice(1, lines=rows)) as pdf:
        assert len(pdf.pages) == 2
        assert all(page.height <= 14_400 for page in pdf.pages)
        text = "\n".join(page.extract_text() for page in pdf.pages)
    assert "Page 1 of 2" in text
    assert all(f"Item{n}\n" in text for n in range(900))


def test_other_widths_are_refused():
    with pytest.raises(ValueError, match="width_mm"):
        render_thermal(samples.invoice(1), width_mm=70)
