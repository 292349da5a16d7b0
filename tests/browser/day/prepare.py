# ruff: noqa: E402, T201 - a script: Django is set up first, its output is read
"""What an office has before its day begins; prints ids as JSON. Run inside the test's database."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from apps.accounts.models import Role, User
from apps.accounts.services.users import user_create
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from tests.factories import catalog, inventory, invoicing

PEOPLE = {
    "clerk": ("sales_user", "stores", "accounts"),
    "manager": ("sales_manager", "accounts"),
}


def prepare(password: str) -> dict[str, int]:
    """Two companies, a product in stock, a vendor, a customer who paid 720 of 4,720, and the people of
    ``PEOPLE`` with this password, which Asha, the administrator, has too."""
    for name, roles in PEOPLE.items():
        user_create(
            email=f"{name}@acme.example",
            name=name.title(),
            roles=list(Role.objects.filter(code__in=roles)),
            password=password,
        )
    asha = User.objects.get(email="asha@acme.example")
    asha.set_password(password)
    asha.save()
    company = invoicing.company(code="MAIN")
    invoicing.company(code="SOUTH")
    product = catalog.make_product("CH-1", name="Oak chair", sale_price="1000", purchase_price="600")
    vendor = invoicing.vendor("Pine Works")
    run_in_unit_of_work(lambda: inventory.receive(company, product, 50, 600))
    customer = invoicing.customer("Meera Stores", email="meera@stores.example")
    lines = [{"product": product, "quantity": 4, "unit_price": "1000"}]
    invoice = invoicing.invoice(company=company, party=customer, lines=lines, post=True)
    paid = [{"invoice": invoice, "amount": "720"}]
    invoicing.receipt(company=company, party=customer, amount="720", mode="cash", allocations=paid)
    return {"company": company.pk, "product": product.pk, "vendor": vendor.pk, "customer": customer.pk}


if __name__ == "__main__":
    with organisation_context("org_acme"):
        print(json.dumps(prepare(sys.argv[1])))
