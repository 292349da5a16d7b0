"""Documents are found by their total, by who may see them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.accounting.models import Bill, Invoice, Payment, Receipt, Voucher
from apps.datatools.search import search_run
from apps.sales.models import Order, Quotation
from tests.factories.accounts import make_user
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def quotation(api):
    shop = Shop()
    api.post("sales/quotations/", shop.draft({"product": shop.chair.pk, "quantity": "1"}))
    row = api.post("sales/quotations/", shop.draft({"product": shop.chair.pk, "quantity": "100"}))["data"]
    assert row["grand_total"] == "118000.00"
    return row


@pytest.mark.parametrize("text", ["118000", "1,18,000", "118,000.00", "118000.00"])
def test_search_finds_the_total_however_it_is_written(administrator, quotation, text):
    hits = search_run(text, user=administrator)
    assert (hits[0]["kind"], hits[0]["id"]) == ("sales.quotation", quotation["id"])
    assert [hit["id"] for hit in hits if hit["kind"] == "sales.quotation"] == [quotation["id"]]


def test_others_find_nothing_by_it(quotation):
    assert search_run("118000", user=make_user("parties.view_party")) == []
    assert search_run("118000", user=make_user("sales.view_quotation", level="own")) == []


def test_lists_and_api_find_it_too(api, administrator, quotation):
    found = api.get("sales/quotations/", search="1,18,000")["data"]
    assert [row["id"] for row in found] == [quotation["id"]]
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator)
    address = reverse("admin:sales_quotation_changelist")
    assert client.get(f"{address}?q=118000.00").context["cl"].result_count == 1
    assert client.get(f"{address}?q=118001").context["cl"].result_count == 0


@pytest.mark.parametrize("model", [Invoice, Bill, Receipt, Payment, Voucher, Order, Quotation])
def test_the_total_has_an_index(model):
    wanted = model._meta.get_field(model.amount_field).column
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [model._meta.db_table])
        assert any(f"({wanted})" in row[0] for row in cursor.fetchall())
