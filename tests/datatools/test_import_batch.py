"""New masters written at once are the rows that come of writing them one by one, and so are their errors."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import PricePoint, Product, ProductBarcode, TaxCategory
from apps.core.registry import resources
from apps.datatools.importing import targets
from apps.datatools.importing.batch import can_batch
from apps.datatools.services.imports import import_start
from apps.parties.models import Party
from tests.factories.accounts import make_user
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db
HEAD = "display_name,legal_name,code,gstin,credit_limit,payment_terms,addresses/line1\n"
IMPORTER = ("parties.view_party", "parties.add_party", "parties.import_party")


def load(by, content, target="parties/parties", *, mode="skip_bad"):
    return import_start(
        target_key=target, content=content.encode(), file_name="f.csv", mapping={}, options={}, mode=mode,
        dry_run=False, by=by,
    )  # fmt: skip


def good(count, start=0):
    return "".join(f"P{n},P{n} Ltd,C{n},,{n},,Plot {n}\n" for n in range(start, start + count))


BAD = (
    "X1,,,,,,\n"  # no legal name
    "X2,X2 Ltd,,27AAPFU0939F1ZW,,,\n"  # wrong check digit
    "X3,X3 Ltd,,,-5,,\n"
    "X4,X4 Ltd,,,,Unknown terms,\n"
    "X5,X5 Ltd,C1,,,,\n"  # the code is P1's
    "X6,X6 Ltd,T1,,,,\n"  # the code is there twice
    "X7,X7 Ltd,T1,,,,\n"
    "X8,X8 Ltd,,,twelve,,\n"
)


def picture(party):
    names = [
        f.attname for f in Party._meta.concrete_fields if f.name not in ("id", "created_at", "updated_at")
    ]
    return {name: getattr(party, name) for name in names}, [a.line1 for a in party.addresses.all()]


def world():
    """Everything that the imports of this file leave, without ids and times."""
    rows = Party.objects.order_by("display_name").prefetch_related("addresses")
    history = Party.history.order_by("display_name", "history_id")
    told = [
        (h.display_name, h.history_type, h.search_text if hasattr(h, "search_text") else "") for h in history
    ]
    return [picture(row) for row in rows], told, history.first().actor_label


def test_rows_written_at_once_are_those_written_one_by_one_and_errors_too(administrator, monkeypatch):
    content = HEAD + good(60) + BAD + "Tax Co,Tax Co Ltd,,27AAPFU0939F1ZV,,,\n"
    many = load(administrator, content)
    at_once = world()
    Party.objects.all().delete()
    Party.history.all().delete()
    monkeypatch.setattr(targets, "can_batch", lambda _view: False)
    single = load(administrator, content)
    assert world() == at_once
    assert many.errors == single.errors
    assert (many.created_count, many.skipped_count) == (single.created_count, single.skipped_count) == (62, 7)
    tax = Party.objects.get(display_name="Tax Co")
    assert (tax.pan, tax.tax_treatment) == ("AAPFU0939F", "regular")


def test_a_thousand_parties_cost_few_queries(administrator):
    with CaptureQueriesContext(
        connection,
    ) as one:
        load(administrator, HEAD + good(100))
    with CaptureQueriesContext(connection) as two:
        load(administrator, HEAD + good(1000, 100))
    assert Party.objects.count() == 1100
    assert len(two) <= len(one) + 2


def test_fields_that_the_user_may_not_fill_are_refused_row_by_row(administrator):
    run = load(make_user(*IMPORTER), HEAD + good(60))
    assert run.created_count == 0
    assert {(e["column"], e["code"]) for e in run.errors} == {("credit_limit", "permission_denied")}
    assert len(run.errors) == 60


def test_all_or_nothing_stays_so(administrator):
    run = load(administrator, HEAD + good(60) + BAD, mode="all_or_nothing")
    assert (run.state, Party.objects.count()) == ("failed", 0)


def test_products_get_their_barcodes_and_price_history(administrator):
    Shop()
    tax = TaxCategory.objects.first().code
    before = PricePoint.objects.count()
    rows = "".join(f"Z{n},Item {n},NOS,{tax},{n},8{n:08d}\n" for n in range(60))
    rows += f"Z60,Twice,NOS,{tax},5,800000001\n"
    run = load(administrator, "code,name,unit,tax_category,sale_price,barcodes\n" + rows, "catalog/products")
    assert run.created_count == 60
    assert [(e["row"], e["column"]) for e in run.errors] == [(62, "barcodes")]
    assert ProductBarcode.objects.filter(product__code__startswith="Z").count() == 60
    assert PricePoint.objects.count() == before + 59  # the price of the first is 0
    point = PricePoint.objects.get(product__code="Z5")
    assert (point.source_kind, point.source_id, str(point.unit_price)) == (
        "catalog.product", Product.objects.get(code="Z5").pk, "5.000000",
    )  # fmt: skip


def test_records_with_a_way_of_their_own_are_not_written_at_once():
    ways = {path: can_batch(view) for path, view in resources().items() if view.writable}
    assert ways["parties/parties"]
    assert ways["catalog/products"]
    assert not ways["accounts/users"]
    assert not ways["accounting/invoices"]
