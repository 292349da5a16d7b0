"""What a shopper finds on a bill from a roll."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.documents.printing import render_thermal
from tests.kit.pdf import pages

from . import samples


def printed(document, **options):
    return pages(render_thermal(document, deterministic=True, **options))


@pytest.mark.parametrize("width", [80, 58])
def test_shopper_reads_lines_and_total_on_a_roll_as_long_as_the_bill(width):
    (page,) = printed(samples.invoice(4), width_mm=width)
    assert round(page.width / 72 * 25.4) == width
    assert page.holds_all()
    assert "Grand total ₹ 1,86,133.00" in page.text
    assert "4 NOS × 18,450.00 - 5% GST 18% 82,729.80" in page.text
    assert "GSTIN 27AAKCS4821M1ZT" in page.text
    (longer,) = printed(samples.invoice(40), width_mm=width)
    assert longer.height > page.height + 36 * 20


def test_a_bill_longer_than_a_page_may_be_goes_on_on_a_second_piece():
    rows = tuple(
        replace(line, position="", description=f"Item{n}") for n, line in enumerate(samples.lines(900))
    )
    first, second = printed(samples.invoice(1, lines=rows))
    assert max(first.height, second.height) <= 14_400
    assert "Page 1 of 2" in first.text
    assert all(f"Item{n}\n" in first.text + second.text for n in range(900))


def test_other_widths_are_refused():
    with pytest.raises(ValueError, match="width_mm"):
        render_thermal(samples.invoice(1), width_mm=70)
