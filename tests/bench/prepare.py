"""Masters and sample documents of the benchmark's organisation; prints their ids as JSON. Run as a script."""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal

import django

django.setup()

from apps.accounts.models import Role
from apps.accounts.services.users import user_create
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from tests.factories import catalog, inventory, invoicing

START = date(2026, 4, 1)


def prepare(password: str) -> dict[str, object]:
    """A company, 1,000 customers, 200 products with stock, one posted invoice of five lines."""
    user = user_create(
        email="bench@acme.example",
        name="Bench",
        roles=[Role.objects.get(code="administrator")],
        password=password,
    )
    company = invoicing.company(code="MAIN")
    parties = [
        invoicing.customer(f"Customer {n:04d} {word}", state=("27", "29")[n % 2])
        for n, word in enumerate(("Traders", "Stores", "Mills", "Agency", "Works") * 200)
    ]
    products = [
        catalog.make_product(f"B{n:03d}", name=f"Bench product {n:03d}", sale_price=Decimal(100 + n))
        for n in range(200)
    ]
    run_in_unit_of_work(
        lambda: [inventory.receive(company, product, 1_000_000, 60, day=START) for product in products]
    )
    lines = [{"product": p, "quantity": "2", "unit_price": "100"} for p in products[:5]]
    sample = invoicing.invoice(
        company=company, party=parties[0], lines=lines, date=START, by=user, moves_stock=False
    )
    invoicing.posted(sample, by=user)
    move = run_in_unit_of_work(lambda: inventory.issue(company, products[0], 1, day=START))
    return {
        "company": company.pk,
        "parties": [p.pk for p in parties],
        "products": [p.pk for p in products],
        "invoice": sample.pk,
        "move": move.pk,
        "user": user.pk,
    }


if __name__ == "__main__":
    with organisation_context("org_acme"):
        print(json.dumps(prepare(sys.argv[1])))
