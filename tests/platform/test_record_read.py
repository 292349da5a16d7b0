"""Records read from the database are those that the constructor would make of the same row."""

from __future__ import annotations

import json
from datetime import UTC

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from django.db.models.signals import post_init

from apps.accounting.api.invoicing import InvoiceApi
from apps.accounting.models import Invoice
from apps.catalog.models import Unit
from apps.core.database import loading
from apps.core.keys import keys_joined
from apps.parties.models import Party
from tests.factories import invoicing

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale():
    return invoicing.invoice(
        company=invoicing.company(), party=invoicing.customer("Mehta Traders"), post=True
    )


def columns(row):
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_a_record_holds_what_the_constructor_would_have_set(sale):
    read = Invoice.objects.get(pk=sale.pk)
    values = [getattr(read, field.attname) for field in Invoice._meta.concrete_fields]
    built = loading._by_constructor(Invoice, "default", list(columns(read)), values)
    assert columns(read) == columns(built)
    assert (read, read._state.adding, read._state.db) == (built, False, "default")
    assert read.party == sale.party


def test_columns_left_out_are_read_when_asked_for(sale, django_assert_num_queries):
    read = Invoice.objects.only("number").get(pk=sale.pk)
    assert read.get_deferred_fields() >= {"grand_total", "party_id"}
    with django_assert_num_queries(1):
        assert read.grand_total == sale.grand_total


def test_keys_are_joined_with_their_named_columns_alone(sale, django_assert_num_queries):
    known = (sale.number, sale.amount_in_words)
    with django_assert_num_queries(1):
        read = keys_joined(
            Invoice.objects.filter(pk=sale.pk), currency=("code",), open_item=("status",)
        ).get()
        assert (read.currency.code, read.open_item.status) == ("INR", "unpaid")
        assert (read.number, read.amount_in_words) == known
    with django_assert_num_queries(1):
        assert read.currency.symbol == "₹"


def test_records_whose_making_is_listened_to_are_made_by_the_constructor(sale):
    heard = []

    def listen(instance, **_more):
        heard.append(instance)

    loading._is_plain.cache_clear()
    post_init.connect(listen, sender=Party)
    try:
        assert Party.objects.get(pk=sale.party_id) in heard
    finally:
        post_init.disconnect(listen, sender=Party)
        loading._is_plain.cache_clear()


def test_a_model_with_its_own_constructor_keeps_it():
    assert loading._is_plain(Invoice)
    assert not loading._is_plain(type("Own", (), {"__init__": lambda _self: None}))


def test_moments_and_json_are_read_as_django_reads_them():
    class Usual(BaseTzLoader):
        timezone = UTC

    connection.ensure_connection()
    loaders = [kind(1184, connection.connection) for kind in (Usual, loading.MomentLoader)]
    for text in (b"2026-11-30 12:33:12.123456+00", b"2026-11-30 12:33:12+00", b"0001-01-01 00:00:00.5+00",
                 b"9999-12-31 23:59:59.999999+00", b"2026-11-30 12:33:12+05:30"):  # fmt: skip
        assert loaders[0].load(text) == loaders[1].load(text), text
    assert connection.connection.adapters.get_loader(1184, 0) is loading.MomentLoader
    for value in ({}, [], {"a": [1, 2.5, None, "é\u20b9"]}, "text", 10**30, True):
        text = json.dumps(value)
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::jsonb::text", [text])
            assert loading.json_read(cursor.fetchone()[0], None, connection) == value
    unit = Unit.objects.create(code="JS", name="Json", custom={"x": [1, {"y": None}]})
    assert Unit.objects.get(pk=unit.pk).custom == {"x": [1, {"y": None}]}


def test_a_record_is_shown_alike_whether_all_its_columns_were_read_or_few(sale, administrator):
    shown = InvoiceApi.representer().rows([Invoice.objects.get(pk=sale.pk)], administrator)[0]
    few = InvoiceApi.representer().rows([Invoice.objects.only("number").get(pk=sale.pk)], administrator)[0]
    assert list(shown) == list(few)
    assert shown == few
    part = InvoiceApi.representer().rows(
        [sale], administrator, only={"id", "grand_total"}, with_children=False
    )
    assert part == [{"id": sale.pk, "grand_total": shown["grand_total"]}]
    assert shown["grand_total"] == f"{sale.grand_total:.2f}"
    assert (shown["created_at"][-1], shown["po_date"]) == ("Z", None)
