"""Masters of the demo organisation, from ``fixtures/demo``."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from apps.accounts.models import Department, Role, User
from apps.accounts.services.users import roles_seed, user_create
from apps.catalog.models import Category, PriceList, PriceListItem, Product, TaxCategory, Unit
from apps.catalog.services.products import party_price_list_set
from apps.company.models import BankAccount, Company, CompanyAddress, Currency, CurrencyRate, SettingValue
from apps.company.services.companies import company_create, fiscal_year_open
from apps.company.services.pictures import PICTURES
from apps.company.services.settings import settings_forget
from apps.core.money import round_money
from apps.core.records import Child, record_save
from apps.core.uow import run_in_unit_of_work
from apps.demo.services.passwords import password_make
from apps.files.services.storage import file_keep
from apps.parties.choices import CreditPolicy
from apps.parties.models import Party, PartyAddress, PaymentTerms

PARTY_CHILDREN = {
    "addresses": Child(
        "addresses",
        PartyAddress,
        "party",
        ("kind", "line1", "city", "state_code", "postal_code", "country"),
        rename={"kind": "address_kind"},
    )
}
RATES = {
    "USD": ("86.10", "0.18"),
    "EUR": ("93.40", "0.25"),
    "GBP": ("109.20", "0.30"),
    "AED": ("23.44", "0.05"),
}


def fixture(name: str) -> Any:
    return json.loads((settings.BASE_DIR / "fixtures" / "demo" / f"{name}.json").read_text(encoding="utf-8"))


def people_create() -> list[tuple[str, str, str]]:
    """Users of six roles; two departments sell, each to its own customers and under its own manager.

    → [(role name, e-mail, password)]
    """
    roles_seed()
    data = fixture("organisation")
    departments = {}
    for row in data["departments"]:
        departments[row["code"]], _new = Department.objects.get_or_create(
            code=row["code"], defaults={"name": row["name"]}
        )
    made, people = [], {}
    for row in data["people"]:
        password = password_make()
        role = Role.objects.get(code=row["role"])
        people[row["email"]] = user_create(
            email=row["email"],
            name=row["name"],
            roles=[role],
            password=password,
            department=departments[row["department"]],
        )
        made.append((role.name, row["email"], password))
    managed = {
        departments[row["code"]]: people[row["manager"]] for row in data["departments"] if "manager" in row
    }
    run_in_unit_of_work(lambda: _managers_set(managed))
    return made


def _managers_set(managed: dict[Department, User]) -> None:
    for unit, manager in managed.items():
        record_save(unit, values={"manager": manager}, version=unit.version)


TERMS = {"invoice_terms": "accounting.invoice_terms", "quotation_terms": "sales.quotation_terms"}


def companies_create(first_day: date, last_day: date) -> dict[str, Company]:
    """Two companies in two states with addresses, bank accounts and the fiscal years of the demo's months."""
    rupee = Currency.objects.get(code="INR")
    companies = {}
    for row in fixture("organisation")["companies"]:
        values = {k: v for k, v in row.items() if k not in ("addresses", "bank_accounts", *TERMS)}
        company = company_create(currency=rupee, **values)
        for name, key in TERMS.items():
            SettingValue.objects.create(key=key, company=company, value=row[name])
        for address in row["addresses"]:
            kind = address.pop("kind")
            CompanyAddress.objects.create(company=company, address_kind=kind, **address)
        for account in row["bank_accounts"]:
            BankAccount.objects.create(company=company, **account)
        for day in (first_day, last_day):
            fiscal_year_open(company=company, day=day)
        companies[company.code] = company
    settings_forget()
    return companies


def pictures_keep(companies: dict[str, Company], by: User) -> None:
    """Logo, signature and seal of each company (drawn by ``tools/draw_demo_pictures.py``)."""
    place = settings.BASE_DIR / "fixtures" / "demo" / "pictures"
    for code, company in companies.items():
        for name, column in PICTURES.items():
            source = place / f"{code.lower()}-{name}.png"
            setattr(company, column, file_keep(source.read_bytes(), name=f"{name}.png", by=by).pk)
        company.save()


def prices_create(products: list[Product], parties: list[Party], valid_from: date) -> None:
    """A list for dealers: cheaper from a dozen and from a gross on. Every fourth house buys by it."""
    rows = []
    goods = [product for product in products if product.product_kind == "goods"]
    for product in goods[::5]:
        for least, share in ((0, "0.96"), (12, "0.92"), (144, "0.88")):
            price = round_money(product.sale_price * Decimal(share))
            rows.append({"product": product, "min_quantity": Decimal(least), "unit_price": price})
    dealers = record_save(
        PriceList(),
        values={
            "code": "DEALER",
            "name": "Dealers",
            "currency": Currency.objects.get(code="INR"),
            "valid_from": valid_from,
        },
        children={"items": rows},
        specs={
            "items": Child("items", PriceListItem, "price_list", ("product", "min_quantity", "unit_price"))
        },
    )
    houses = [
        party for party in parties if party.is_customer and party.gstin and party.currency.code == "INR"
    ]
    for party in houses[::4]:
        party_price_list_set(party, dealers)


def rates_create(months: list[date]) -> None:
    """A rate on the first of each month."""
    for code, (start, step) in RATES.items():
        currency = Currency.objects.get(code=code)
        for index, month in enumerate(months):
            rate = Decimal(start) + Decimal(step) * index
            CurrencyRate.objects.get_or_create(currency=currency, date=month, defaults={"rate": rate})


def parties_create(salespeople: list[User]) -> list[Party]:
    """Sixty parties; customers are shared out among the salespeople."""
    terms = {}
    for row in fixture("organisation")["terms"]:
        terms[row["code"]], _new = PaymentTerms.objects.get_or_create(code=row["code"], defaults=row)
    currencies = {c.code: c for c in Currency.objects.all()}
    made = []
    for index, row in enumerate(fixture("parties")):
        values = {k: v for k, v in row.items() if k not in ("addresses", "terms", "currency")}
        values["payment_terms"] = terms[row["terms"]]
        values["credit_policy"] = CreditPolicy.WARN  # a year of trade is entered at once, before its receipts
        values["currency"] = currencies[row.get("currency", "INR")]
        if row["credit_limit"] is not None:
            values["credit_limit"] = Decimal(row["credit_limit"])
        if row["is_customer"]:
            values["salesperson"] = salespeople[index % len(salespeople)]
            values["department"] = values["salesperson"].department
        made.append(
            record_save(
                Party(), values=values, children={"addresses": row["addresses"]}, specs=PARTY_CHILDREN
            )
        )
    return made


def products_create() -> list[Product]:
    """Two hundred products in twenty categories."""
    units = {u.code: u for u in Unit.objects.all()}
    taxes = {t.code: t for t in TaxCategory.objects.all()}
    categories: dict[str, Category] = {}
    made = []
    for row in fixture("products"):
        name = row.pop("category")
        if name not in categories:
            code = row["code"].split("-", 1)[0]
            categories[name], _new = Category.objects.get_or_create(code=code, defaults={"name": name})
        values = {k: v for k, v in row.items() if k not in ("unit", "tax_category", "kind")}
        values |= {
            "product_kind": row["kind"],
            "unit": units[row["unit"]],
            "tax_category": taxes[row["tax_category"]],
            "category": categories[name],
            "sale_price": Decimal(row["sale_price"]),
            "purchase_price": Decimal(row["purchase_price"]),
        }
        made.append(record_save(Product(), values=values))
    return made
