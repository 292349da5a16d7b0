"""Opening stock from a sheet: posted once, wrong rows named by row and column."""

from __future__ import annotations

import pytest

from apps.accounting.ledger import account_for
from apps.datatools.services.imports import import_start, run_answer
from apps.inventory.models import StockMove, StockRow
from tests.factories.catalog import make_product
from tests.factories.inventory import DAY, make_place, stock_company
from tests.kit.ledger import assert_balanced, balance
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def standing_company(standing):
    return standing(_opening_company)


def _opening_company():
    found = stock_company(code="OPEN")
    make_product("RICE", valuation_method="fifo")
    make_product("TEA", tracking="batch")
    make_place(found, "SHOP")
    return found


def start(content, by, *, mode="all_or_nothing", **options):
    return run_answer(
        import_start(
            target_key="inventory/opening-stock",
            content=content.encode(),
            file_name="stock.csv",
            mapping={},
            options=options,
            mode=mode,
            dry_run=False,
            by=by,
        )
    )


GOOD = (
    "product,quantity,unit_cost,place,batch,expires_on\n"
    'RICE,"1,000",42.50,,,\n'
    "TEA,10,300,SHOP,T-1,31-12-2027\n"
    "tea,5,310,shop,T-2,31-12-2027\n"
)


def test_opening_stock_comes_in_once(administrator, company):
    given = {"company": "OPEN", "date": DAY.isoformat()}
    answer = start(GOOD, administrator, **given)
    assert (answer["created"], answer["errors"]) == (3, [])
    assert balance(account_for(company, "opening_equity")) == -(42500 + 3000 + 1550)
    assert StockRow.objects.get(product__code="TEA", batch__code="T-1").place.code == "SHOP"
    again = start(GOOD, administrator, **given)
    assert (again["created"], again["skipped"], again["errors"]) == (0, 3, [])
    assert StockMove.objects.count() == 3
    assert_stock_equals_ledger()
    assert_balanced()


def test_wrong_rows_are_named_and_nothing_is_posted(administrator, company):
    content = (
        "product,quantity,unit_cost,place,batch\n"
        "RICE,-4,42,,\nNONE,1,1,,\nTEA,1,1,,\nRICE,abc,1,,\nRICE,1,1,NOWHERE,\nRICE,1,1,,\n"
    )
    answer = start(content, administrator, company="OPEN", date=DAY.isoformat())
    assert [(e["row"], e["column"]) for e in answer["errors"]] == [
        (2, "quantity"), (3, "product"), (4, "batch"), (5, "quantity"), (6, "place"),
    ]  # fmt: skip
    assert not StockMove.objects.exists()
    answer = start(content, administrator, mode="skip_bad", company="OPEN", date=DAY.isoformat())
    assert (answer["created"], len(answer["errors"])) == (1, 5)
    assert StockRow.objects.get(product__code="RICE").quantity == 1
    assert_stock_equals_ledger()


def test_import_needs_a_company_a_day_and_the_right(administrator, company, user_with):
    from apps.core.errors import NotAllowed

    answer = start("product,quantity,unit_cost\nRICE,1,1\n", administrator)
    assert {e["column"] for e in answer["errors"]} == {"company", "date"}
    answer = start("product,quantity,unit_cost\nRICE,1,1\n", administrator, company="OPEN", date="2001-01-01")
    assert [e["column"] for e in answer["errors"]] == ["date"]
    with pytest.raises(NotAllowed):
        start("product,quantity,unit_cost\nRICE,1,1\n", user_with("inventory.view_inward"))
