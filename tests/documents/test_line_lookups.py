"""What a line of a document takes from the record that is chosen in it."""

from __future__ import annotations

import pytest

from tests.factories.sales import Shop
from tests.kit.clients import signed_in
from tests.kit.pages import document_page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        ("sales/quotation", ["description", "hsn", "unit", "unit_price", "tax_category"]),
        ("inventory/inward", ["description", "unit"]),
    ],
)
def test_a_clerk_who_changes_the_product_of_a_line_gets_its_own_text_and_price(administrator, kind, taken):
    Shop()
    lines = document_page(signed_in(administrator), kind, "add")["grids"][0]
    product = next(column for column in lines["columns"] if column["name"] == "product")
    assert sorted(product["lookup"]["resets"]) == sorted(taken)
