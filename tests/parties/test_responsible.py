"""Whoever enters a customer goes on working with him: nobody's record is hidden from the one who made it."""

from __future__ import annotations

import pytest

from apps.accounts.models import Department
from apps.datatools.services.imports import import_start
from apps.parties.models import Party
from tests.factories.accounts import make_user
from tests.kit.clients import ApiClient, signed_in

pytestmark = pytest.mark.django_db
RIGHTS = (
    "parties.view_party",
    "parties.add_party",
    "parties.change_party",
    "parties.import_party",
    "sales.*",
)
RAO = {"display_name": "Rao", "legal_name": "Rao & Sons", "is_customer": True}


@pytest.fixture
def unit():
    return Department.objects.create(code="RETAIL", name="Retail")


@pytest.fixture
def seller(unit):
    return make_user(*RIGHTS, levels={"parties.party": "own", "sales.*": "own"}, department=unit)


def test_salesperson_sells_to_the_customer_he_just_entered(seller, unit, shop):
    client = ApiClient(seller)
    made = client.post("parties/parties/", RAO)["data"]
    assert (made["salesperson"], made["department"]) == (seller.pk, unit.pk)
    client.get(f"parties/parties/{made['id']}/")
    line = {"product": shop.fitting.pk, "quantity": "1"}
    client.post("sales/quotations/", shop.draft(line, party=made["id"]))


def test_customer_entered_on_the_page_is_his_too(seller):
    browser = signed_in(seller)
    sent = {
        "display_name": "Rao", "legal_name": "Rao & Sons", "is_customer": "on", "active": "on",
        "tax_treatment": "unregistered", "credit_policy": "hold", "place_of_supply": "27",
    }  # fmt: skip
    for prefix in ("addresses", "contacts", "bank_accounts", "default_accounts"):
        sent |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    assert browser.post("/admin/parties/party/add/", sent).status_code == 302
    made = Party.objects.get(display_name="Rao")
    assert made.salesperson == seller
    assert browser.get(f"/admin/parties/party/{made.pk}/change/").status_code == 200


def test_customers_of_a_file_are_his_too(seller):
    import_start(
        target_key="parties/parties",
        content=b"display_name,legal_name\nRao,Rao & Sons\nSen,Sen Ltd\n",
        file_name="parties.csv",
        mapping={},
        options={},
        mode="all_or_nothing",
        dry_run=False,
        by=seller,
    )
    assert set(Party.objects.for_user(seller).values_list("display_name", flat=True)) == {"Rao", "Sen"}


def test_manager_sees_the_customer_that_he_gave_to_a_colleague(seller, unit):
    manager = make_user(*RIGHTS, levels={"parties.party": "department"}, department=unit)
    made = ApiClient(manager).post("parties/parties/", {**RAO, "salesperson": seller.pk})["data"]
    assert (made["salesperson"], made["department"]) == (seller.pk, unit.pk)
    for person in (manager, seller):
        ApiClient(person).get(f"parties/parties/{made['id']}/")


def test_customer_of_somebody_who_sees_all_stays_nobodys(api):
    made = api.post("parties/parties/", RAO)["data"]
    assert (made["salesperson"], made["department"]) == (None, None)
