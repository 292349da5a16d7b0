"""Records read from the database are those that the constructor would make of the same row."""

from __future__ import annotations

import pytest
from django.db.models.signals import post_init

from apps.accounting.models import Invoice
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
