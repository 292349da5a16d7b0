"""Reads and writes without query sets find and leave the same as Django's own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.db.transaction import TransactionManagementError
from django.db.utils import DatabaseError, IntegrityError
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEntry
from apps.catalog.models import Product, TaxRate, Unit, UnitConversion
from apps.core.database.adding import rows_add
from apps.core.database.records import plain_conditions, records_by, records_where, rows_below
from apps.core.locks import lock_row
from apps.core.rows import row_make
from apps.documents.models import TimelineEntry
from apps.parties.models import PartyAddress
from tests.factories import catalog, parties

pytestmark = pytest.mark.django_db


def _columns(record: Any) -> dict[str, Any]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ({"code": "R1"}, Q(code="R1")),
        ({"code__in": {"R0", "R2"}}, Q(code__in=["R0", "R2"])),
        ({"code__in": ("R0", "R1"), "deleted_at": None, "active": True}, Q(code__in=["R0", "R1"])),
        ({"sale_price": Decimal("2.00"), "created_at": None}, Q(pk__in=[])),
        ({"code__in": []}, Q(pk__in=[])),
    ],
)
def test_records_are_those_of_the_query_set(values: dict[str, Any], same: Q) -> None:
    for number in range(3):
        catalog.make_product(f"R{number}", sale_price=Decimal(number), tags=["a"], custom={"x": [number]})
    for _again in range(5):  # prepared from the third time on
        found = records_by(Product, values, joined=("unit", "tax_category"), order=("-code",))
    with CaptureQueriesContext(connection) as caught:
        wanted = list(Product.objects.filter(same).select_related("unit", "tax_category").order_by("-code"))
        assert [_columns(one) for one in found] == [_columns(one) for one in wanted]
        assert [_columns(one.unit) for one in found] == [_columns(one.unit) for one in wanted]
        assert [str(one.tax_category) for one in found] == [str(one.tax_category) for one in wanted]
    assert len(caught) <= 1  # what was joined lies beside the record
    assert all(not one._state.adding and one._state.db == "default" for one in found)


def test_a_key_may_be_given_as_its_record() -> None:
    product = catalog.make_product("R1")
    assert product in records_by(Product, {"unit": product.unit})
    assert records_by(Product, {"unit": product.unit_id, "pk": product.pk}) == [product]


def test_a_path_or_a_lookup_is_refused() -> None:
    for name in ("unit__code", "code__startswith", "nothing"):
        with pytest.raises(FieldDoesNotExist):
            records_by(Product, {name: "x"})


def test_which_conditions_are_plain() -> None:
    assert plain_conditions(Q()) == {}
    assert plain_conditions(Q(company__in=frozenset({1}), owner=2) & Q(team=None)) == {
        "company__in": frozenset({1}), "owner": 2, "team": None,
    }  # fmt: skip
    for other in (
        Q(owner=1) | Q(team=1), ~Q(owner=1), Q(owner__name="x"), Q(owner=F("team")), Q(pk__in=Unit.objects),
        Q(owner=1) & Q(owner=2), Q(Q(owner=1) | Q(team=1), company=1), Q(code__startswith="x"),
    ):  # fmt: skip
        assert plain_conditions(other) is None


def test_rows_are_held_inside_a_transaction_only(monkeypatch: pytest.MonkeyPatch) -> None:
    product = catalog.make_product("R1")
    with CaptureQueriesContext(connection) as caught:
        records_by(Product, {"pk": product.pk}, joined=("unit",), lock="UPDATE")
    assert caught[0]["sql"].endswith('FOR UPDATE OF "catalog_product"')
    monkeypatch.setattr(connection, "get_autocommit", lambda: True)
    with pytest.raises(TransactionManagementError):
        records_by(Product, {"pk": product.pk}, lock="SHARE")


def test_a_condition_of_our_own_orders_as_it_is_asked() -> None:
    category = catalog.make_product("R1").tax_category
    days = [date(2027, 4, 1), date(2026, 10, 1)]
    for day in days:
        TaxRate.objects.create(category=category, from_date=day, gst_rate=Decimal(5))
    condition = "catalog_taxrate.category_id = %s AND catalog_taxrate.from_date > %s"
    found = records_where(TaxRate, condition, [category.pk, date(2026, 9, 1)], order=("from_date",))
    assert [one.from_date for one in found] == sorted(days)


def test_rows_below_come_in_their_order_with_the_record_beside_them() -> None:
    party = parties.make_customer()
    wanted = list(party.addresses.all())
    found = rows_below(party, "addresses")
    assert found == wanted
    with CaptureQueriesContext(connection) as caught:
        assert all(row.party is party for row in found)
    assert not caught
    fetched = type(party).objects.prefetch_related("addresses").get(pk=party.pk)
    PartyAddress.objects.filter(party=party).delete()
    assert rows_below(fetched, "addresses") == wanted  # read with it


def test_new_rows_get_their_ids_and_what_the_database_gives() -> None:
    values = {"target_kind": "x.y", "verb": "v"}
    entries = [row_make(TimelineEntry, target_id=n, data={"n": n}, **values) for n in (1, 2)]
    rows_add(entries)
    for entry in entries:
        assert _columns(TimelineEntry.objects.get(pk=entry.pk)) == _columns(entry)
        assert not entry._state.adding
    told = [row_make(AuditEntry, event="probe", detail={"n": n}) for n in range(2)]
    rows_add(told[:1])  # some of its columns are the database's to give
    assert told[0].at == AuditEntry.objects.get(pk=told[0].pk).at
    rows_add(told[1:])
    assert AuditEntry.objects.filter(event="probe").count() == 2


def test_a_record_saved_meanwhile_gives_its_id_and_an_unsaved_one_is_refused() -> None:
    units = [Unit(code=f"R{n}", name=f"R{n}") for n in range(2)]
    row = row_make(UnitConversion, from_unit=units[0], to_unit=units[1], factor=Decimal(2))
    with pytest.raises(ValueError, match="isn't saved"):
        rows_add([row])
    for unit in units:
        unit.save()
    rows_add([row])
    assert UnitConversion.objects.get(pk=row.pk).from_unit == units[0]


def test_a_row_that_the_database_refuses_undoes_its_transaction() -> None:
    unit = Unit.objects.create(code="R0", name="R0")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows_add([row_make(Unit, code=unit.code, name="twin", search_text="")])
    assert Unit.objects.filter(code=unit.code).count() == 1


def test_a_record_is_saved_as_django_saves_it() -> None:
    unit = Unit(code="S1", name="One", tags=["a"], custom={"x": [1]})
    unit.save()
    assert _columns(Unit.objects.get(pk=unit.pk)) == _columns(unit)
    unit.name, unit.tags = "Two", []
    unit.save(update_fields=["name"])
    kept = Unit.objects.get(pk=unit.pk)
    assert (kept.name, kept.tags) == ("Two", ["a"])
    kept.name = Lower(Value("THREE"))  # an expression is Django's to write
    kept.save()
    assert Unit.objects.get(pk=unit.pk).name == "three"
    assert [row.name for row in unit.history.order_by("history_id")] == ["One", "Two", "three"]


def test_a_record_that_is_gone_is_written_anew_or_refused() -> None:
    unit = Unit.objects.create(code="S1", name="One")
    Unit.objects.filter(pk=unit.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        unit.save(force_update=True)
    unit.save()
    assert Unit.objects.get(pk=unit.pk).name == "One"


def test_what_a_transition_needs_comes_with_the_lock() -> None:
    product = catalog.make_product("R1")
    with CaptureQueriesContext(connection) as caught:
        held = lock_row(Product, product.pk, joined=("unit",))
        assert held.unit.code == product.unit.code
    assert len(caught) == 1
    assert caught[0]["sql"].endswith('FOR UPDATE OF "catalog_product"')
