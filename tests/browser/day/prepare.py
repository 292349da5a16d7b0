# ruff: noqa: E402, T201 - a script: Django is set up first, its output is read
"""What an office has before its day begins; prints ids as JSON. Run inside the test's database."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from apps.accounts.models import Role
from apps.accounts.services.users import user_create
from apps.core.tenant import organisation_context
from tests.factories import catalog, invoicing

PEOPLE = {
    "clerk": ("sales_user", "stores", "accounts"),
    "manager": ("sales_manager", "accounts"),
}


def prepare(password: str) -> dict[str, int]:
    """Two companies, a product, a vendor, and the people of ``PEOPLE`` with this password."""
    for name, roles in PEOPLE.items():
        user_create(
            email=f"{name}@acme.example",
            name=name.title(),
            roles=list(Role.objects.filter(code__in=roles)),
            password=password,
        )
    company = invoicing.company(code="MAIN")
    invoicing.company(code="SOUTH")
    product = catalog.make_product("CH-1", name="Oak chair", sale_price="1000")
    vendor = invoicing.vendor("Pine Works")
    return {"company": company.pk, "product": product.pk, "vendor": vendor.pk}


if __name__ == "__main__":
    with organisation_context("org_acme"):
        print(json.dumps(prepare(sys.argv[1])))
