"""Field checks before saving: the same answers as Django's own, with fewer statements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Category, Product, Unit
from apps.core.errors import InvalidInput
from apps.core.validation import clean_instance, field_errors
from tests.factories import catalog

pytestmark = pytest.mark.django_db


def changed(**values):
    """A product that was read, with some values set, as a form or a call does it."""
    made = catalog.make_product("V-1")
    product = Product.objects.select_related("unit", "tax_category").get(pk=made.pk)
    for name, value in values.items():
        setattr(product, name, value)
    return product


def asked(product) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        clean_instance(product, exclude=["search_text"])
    return [row["sql"] for row in seen]


def answers(product) -> tuple[list, list]:
    """(Django's errors, ours)."""
    try:
        product.full_clean(exclude=["search_text"])
        theirs = []
    except ValidationError as error:
        theirs = field_errors(error)
    try:
        clean_instance(product, exclude=["search_text"])
        ours = []
    except InvalidInput as error:
        ours = error.errors
    return theirs, ours


def test_rows_that_were_read_are_not_asked_for_and_checks_go_together():
    sql = asked(changed())
    assert not [text for text in sql if 'FROM "catalog_unit"' in text or 'FROM "catalog_taxcategory"' in text]
    assert len([text for text in sql if '"_check"' in text]) == 1


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"unit_id": 10**9},
        {"name": ""},
        {"sale_price": Decimal(-1)},
        {"sale_price": Decimal(-1), "name": "", "unit_id": 10**9},
        {"product_kind": "nonsense"},
    ],
)
def test_the_answers_are_those_of_django(values):
    theirs, ours = answers(changed(**values))
    assert ours == theirs
    assert bool(theirs) == bool(values)


def test_a_taken_code_is_still_refused():
    catalog.make_product("V-0")
    theirs, ours = answers(changed(code="V-0"))
    assert [(error.field, error.code) for error in ours] == [("code", "unique")]
    assert [(error.field, error.code) for error in theirs] == [("code", "unique")]


def test_a_row_that_was_never_saved_is_no_proof():
    product = changed(unit=Unit(pk=10**9, code="X", name="X"))
    with pytest.raises(InvalidInput) as refused:
        clean_instance(product, exclude=["search_text"])
    assert [error.field for error in refused.value.errors] == ["unit"]


def test_a_key_that_was_changed_beside_its_row_is_asked_for():
    product = changed(category=Category.objects.first())
    product.category_id = 10**9
    with pytest.raises(InvalidInput):
        clean_instance(product, exclude=["search_text"])
