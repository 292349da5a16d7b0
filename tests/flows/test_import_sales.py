"""Sales of another system come in posted: the command, its report, and what it refuses."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounting.models import Invoice, InvoiceLine
from apps.catalog.models import Product
from apps.company.models import Company, NumberSeries
from apps.inventory.models import Inward, StockMove
from apps.parties.models import Party
from tests.factories.invoicing import company as make_company
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "online-retail-lines.csv"
HEAD = (
    "InvoiceNo",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "UnitPrice",
    "CustomerID",
    "Country",
)
ROWS: list[tuple[str, ...]] = [
    ("900001", "M-1", "BRASS LAMP", "4", "12/1/2010 9:05", "2.50", "501", "France"),
    ("900002", "M-2", "TIN TRAY", "10", "12/1/2010 9:40", "0.85", "502", "United Kingdom"),
    ("900001", "M-2", "TIN TRAY RED", "3", "12/1/2010 9:06", "0.95", "501", "France"),
    ("900003", "M-1", "BRASS LAMP OLD", "1", "12/2/2010 11:00", "2.75", "", "United Kingdom"),
]


@pytest.fixture
def company(administrator) -> Company:
    return make_company(lut_number="AD270426000123X")


def run(
    tmp_path: Path, rows: list[tuple[str, ...]], company: Company, *more: str, head=HEAD
) -> tuple[str, str]:
    path = tmp_path / "sales.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return command(path, company, *more)


def command(path: Path, company: Company, *more: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    arguments = (str(path), "--organisation", "acme", "--company", company.code, "--rate", "GBP=70", *more)
    try:
        call_command("import_sales", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue() + str(error)
    return out.getvalue(), err.getvalue()


def proved(company: Company) -> None:
    assert_balanced()
    assert_subledger_equals_control(company)
    assert_stock_equals_ledger(company)


def test_a_file_becomes_posted_invoices_with_all_they_need(tmp_path, company):
    out, err = run(tmp_path, ROWS, company)
    assert err == ""
    assert "Invoices  3" in out
    assert "Lines     4" in out
    assert "Total     24.10 GBP" in out
    assert "DIFFERS" not in out
    first = Invoice.objects.get(company=company, number="900001")
    assert (first.status, first.date, first.grand_total) == ("posted", date(2010, 12, 1), Decimal("12.85"))
    assert (first.currency.code, first.exchange_rate, first.base_total) == (
        "GBP",
        Decimal(70),
        Decimal("899.50"),
    )
    assert (first.supply_kind, first.igst_total) == ("export_lut", Decimal(0))
    assert [line.description for line in first.lines.order_by("position")] == ["BRASS LAMP", "TIN TRAY RED"]
    assert Product.objects.get(code="M-2").name == "TIN TRAY"
    assert Party.objects.get(code="501").addresses.get().country == "FR"
    assert Party.objects.filter(code="UNNAMED").count() == 1
    series = NumberSeries.objects.get(
        company=company, record_kind="accounting.invoice", fiscal_year__start=date(2010, 4, 1)
    )
    assert series.gapless is False
    proved(company)


def test_goods_come_in_the_day_before_at_sixty_percent_and_go_out_whole(tmp_path, company):
    run(tmp_path, ROWS, company)
    inward = Inward.objects.get(company=company, date=date(2010, 11, 30))
    assert inward.total_value == Decimal("24.10") * 70 * Decimal("0.6")
    moves = StockMove.objects.filter(company=company, product__code="M-1", movement_kind="sales_delivery")
    assert sum(move.quantity for move in moves) == 5


def test_the_same_file_again_adds_nothing(tmp_path, company):
    """C31: what came in before is known by its own number."""
    run(tmp_path, ROWS, company)
    before = (
        Invoice.objects.count(),
        Product.objects.count(),
        Party.objects.count(),
        StockMove.objects.count(),
    )
    out, _err = run(tmp_path, ROWS, company)
    after = (
        Invoice.objects.count(),
        Product.objects.count(),
        Party.objects.count(),
        StockMove.objects.count(),
    )
    assert after == before
    assert "Invoices  0  (passed over: 3)" in out


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (3, "many", "row 3, Quantity"),
        (3, "0", "row 3, Quantity"),
        (5, "-0.85", "row 3, UnitPrice: Must not be negative."),
        (4, "31/31/2010 9:00", "row 3, InvoiceDate"),
        (7, "Atlantis", "row 3, Country"),
        (1, "", "row 3, StockCode"),
    ],
)
def test_a_bad_row_is_named_by_row_and_column_and_nothing_is_posted(tmp_path, company, place, value, said):
    rows = [tuple(value if (i, j) == (1, place) else c for j, c in enumerate(r)) for i, r in enumerate(ROWS)]
    before = (Invoice.objects.count(), Product.objects.count(), Party.objects.count())
    _out, err = run(tmp_path, rows, company)
    assert said in err
    assert "Nothing was posted" in err
    assert (Invoice.objects.count(), Product.objects.count(), Party.objects.count()) == before


def test_bad_invoices_are_left_out_by_choice(tmp_path, company):
    rows = [*ROWS[:1], (*ROWS[1][:5], "-1", *ROWS[1][6:]), *ROWS[2:]]
    out, err = run(tmp_path, rows, company, "--skip-bad")
    assert "row 3, UnitPrice" in err
    assert "Invoices  2" in out
    assert not Invoice.objects.filter(number="900002").exists()
    proved(company)


def test_an_unknown_column_is_named_and_nothing_is_posted(tmp_path, company):
    before = Invoice.objects.count()
    _out, err = run(tmp_path, [(*r, "x") for r in ROWS], company, head=(*HEAD, "Colour"))
    assert "Colour: Unknown column" in err
    assert Invoice.objects.count() == before


def test_one_report_names_unknown_columns_and_bad_rows(tmp_path, company):
    before = Invoice.objects.count()
    rows = [(*r, "x") for r in [*ROWS[:1], (*ROWS[1][:5], "-1", *ROWS[1][6:]), *ROWS[2:]]]
    _out, err = run(tmp_path, rows, company, head=(*HEAD, "Colour"))
    assert "Colour: Unknown column" in err
    assert "row 3, UnitPrice" in err
    assert "Nothing was posted" in err
    assert Invoice.objects.count() == before
    _out, err = run(tmp_path, rows, company, "--skip-bad", head=(*HEAD, "Colour"))
    assert "Colour: Unknown column" in err
    assert Invoice.objects.count() > before


def test_a_rate_is_needed_for_foreign_money(tmp_path, company):
    path = tmp_path / "sales.csv"
    path.write_text(",".join(HEAD) + "\n" + ",".join(ROWS[0]) + "\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("import_sales", str(path), "--organisation", "acme", "--company", company.code)


@pytest.mark.full
@pytest.mark.skipif(not REAL.exists(), reason="the real file is not here")
def test_the_real_file_comes_in_whole(company):
    out, err = command(REAL, company)
    assert err == ""
    for text in (
        "Invoices  236",
        "Lines     4688",
        "Total     93,029.47 GBP",
        "Customers 162, products 1455",
    ):
        assert text in out
    described = InvoiceLine.objects.filter(product__code="22423").values_list("description", flat=True)
    assert set(described)
    proved(company)
