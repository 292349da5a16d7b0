from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.accounting.models import Invoice
from apps.accounts.models import User
from tests.factories import invoicing
from tests.factories.parties import make_customer
from tests.factories.portal import portal_person
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient
from tests.kit.standing import Standing


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> Any:
    cache.clear()
    yield
    cache.clear()


class Firm:
    """A customer with a sent quotation, a draft of one, a confirmed order with a posted delivery, a posted
    invoice, a draft of one, and a receipt."""

    def __init__(self, api: ApiClient, shop: Shop, party: Any) -> None:
        self.party, self.shop, self.api = party, shop, api
        body = {"party": party.pk}
        self.quotation = self._quotation(body)
        self.draft_quotation = api.post("sales/quotations/", shop.draft(**body))["data"]
        line = {"product": shop.chair.pk, "quantity": "3"}
        order = api.post("sales/orders/", shop.draft(line, **body))["data"]
        self.order = api.post(f"sales/orders/{order['id']}/confirm/", expect=200)["data"]
        self.draft_order = api.post("sales/orders/", shop.draft(line, **body))["data"]
        delivery = api.post(f"sales/orders/{order['id']}/deliver/", expect=201)["data"]
        self.delivery = api.post(f"sales/deliveries/{delivery['id']}/post/", expect=200)["data"]
        self.invoice = self._invoice(post=True)
        self.draft_invoice = self._invoice(post=False)
        self.receipt = invoicing.receipt(company=shop.company, party=party, amount="10", post=True)

    def _quotation(self, body: dict[str, Any]) -> dict[str, Any]:
        made = self.api.post("sales/quotations/", self.shop.draft(**body))["data"]
        return self.api.post(f"sales/quotations/{made['id']}/send/", expect=200)["data"]

    def _invoice(self, *, post: bool) -> Invoice:
        return invoicing.invoice(company=self.shop.company, party=self.party, post=post)

    def ids(self) -> dict[str, int]:
        """{section: id} of what the customer may see."""
        return {
            "quotations": self.quotation["id"],
            "orders": self.order["id"],
            "deliveries": self.delivery["id"],
            "invoices": self.invoice.pk,
            "receipts": self.receipt.pk,
        }

    def drafts(self) -> dict[str, int]:
        return {
            "quotations": self.draft_quotation["id"],
            "orders": self.draft_order["id"],
            "invoices": self.draft_invoice.pk,
        }


@pytest.fixture(scope="module")
def standing_firm(standing: Standing[Firm], standing_shop: Shop) -> Firm:
    return standing(lambda: _stocked_firm(standing_shop))


def _stocked_firm(shop: Shop) -> Firm:
    shop.stock()
    return Firm(ApiClient(User.objects.get(email="asha@acme.example")), shop, shop.customer)


@pytest.fixture
def firm(standing_firm: Firm, api: ApiClient) -> Firm:
    return deepcopy(standing_firm, {id(standing_firm.api): api})  # each test has a client of its own


@pytest.fixture
def other(api: ApiClient, firm: Firm) -> Firm:
    """Another customer with the same kinds of documents."""
    return Firm(api, firm.shop, make_customer(display_name="Other", legal_name="Other Private Limited"))


@pytest.fixture
def buyer(firm: Firm) -> Any:
    return portal_person(firm.party, name="Bina Buyer", email="bina@firm.example")


@pytest.fixture
def browser(buyer: Any) -> Client:
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(buyer)
    return client


@pytest.fixture
def stranger(db: None) -> Client:
    return Client(HTTP_HOST="acme.localhost")
