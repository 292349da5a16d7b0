"""Making, proving and removing the demo organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounting.ledger import account_books_kept
from apps.accounts.models import User
from apps.accounts.services.sessions import sessions_end_all
from apps.catalog.models import Product
from apps.company.models import Company
from apps.company.selectors import company_today
from apps.core.errors import Refused
from apps.core.tenant import organisation_context
from apps.demo.services import extras, masters, news, portal, settling, trading
from apps.demo.services.parallel import side_by_side
from apps.demo.services.passwords import password_make
from apps.demo.services.plan import Plan, Size, month_starts, plan_make
from apps.documents.lifecycle import history_entered
from apps.messaging.models import Notification
from apps.parties.models import Party
from apps.runtime.models import OutboxEvent
from apps.sales.services.proof import company_prove
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation
from apps.tenancy.services.deletion import organisation_delete
from apps.tenancy.services.provisioning import (
    organisation_create,
    organisation_provision,
)

SLUG = "demo"
NAME = "Sahyadri Electricals"
HOST = "localhost"
Say = Callable[[str], None]


@dataclass(frozen=True)
class SignIn:
    host: str
    role: str
    email: str
    password: str


def demo_find() -> Organisation | None:
    """The demo organisation, complete or half loaded."""
    return Organisation.objects.filter(slug=SLUG, is_demo=True).first()


def demo_load(*, say: Say, size: Size | None = None) -> list[SignIn]:
    """Load the demo and give its sign-ins; a half-loaded one is dropped first.

    A complete one stays as it is: its users only get new passwords. Owner's connection. Raises Refused when
    an organisation of that name isn't a demo.
    """
    if Organisation.objects.filter(slug=SLUG, is_demo=False).exists():
        raise Refused(_("There is an organisation “demo” that is no demo."), field="slug")
    found = demo_find()
    if found is not None and found.state == OrganisationState.ACTIVE:
        say(_("The demo organisation is there; its people get new passwords."))
        with organisation_context(found.schema_name):
            return _passwords_renew()
    if found is not None:
        say(_("Removing a half-loaded demo"))
        organisation_delete(found, by="demo")
    return _build(say, size or Size())


def demo_remove() -> bool:
    """Drop the demo organisation with everything in it; False when there is none. Owner's connection."""
    found = demo_find()
    if found is None:
        return False
    organisation_delete(found, by="demo")
    return True


def _build(say: Say, size: Size) -> list[SignIn]:
    organisation = organisation_create(slug=SLUG, name=NAME, is_demo=True)
    organisation_provision(organisation, progress=say)
    _mark(organisation, OrganisationState.PROVISIONING, _("Loading the demo"))
    with organisation_context(organisation.schema_name):
        with history_entered():
            made = _fill(say, size)
        books_prove(say)
        OutboxEvent.objects.all().delete()  # a year of old news must not fill everybody's bell
        Notification.objects.all().delete()  # nor what a worker made of it meanwhile
        news.news_make()
        analyse()
    _mark(organisation, OrganisationState.ACTIVE, "")
    return [SignIn(HOST, role, email, password) for role, email, password in made]


def _mark(organisation: Organisation, state: str, progress: str) -> None:
    """Until everything is in, the organisation isn't open and counts as half loaded."""
    organisation.state, organisation.progress = state, progress
    organisation.save(update_fields=["state", "progress", "updated_at"])
    forget_hosts()


def _fill(say: Say, size: Size) -> list[tuple[str, str, str]]:
    last = company_today()
    first = last - timedelta(days=364)
    say(_("People, companies, parties, products"))
    made = masters.people_create()
    companies = masters.companies_create(first, last)
    masters.rates_create(month_starts(first, last))
    people = {user.email.split("@")[0]: user for user in User.objects.select_related("department")}
    masters.pictures_keep(companies, people["asha"])
    customers = masters.parties_create([people["imran"], people["neha"], people["lakshmi"]])
    masters.prices_create(masters.products_create(), customers, first)
    plan = _plan(last, size)
    years = [trading.Books(company, _staff(people), plan.of(company.code)) for company in companies.values()]
    side_by_side([lambda books=books: _year(books, say, size) for books in years])  # type: ignore[misc]  # default binds it
    return [*made, *portal.portal_people_create()]


def _year(books: trading.Books, say: Say, size: Size) -> None:
    """The year of one company. The companies share no ledger, stock or number, so that
    their years can go side by side."""
    main = books.company.code == "MAIN"

    def tell(text: str) -> None:
        say(f"{books.company.trade_name}: {text}")

    with account_books_kept():
        trading.trade_run(books, lambda month: tell(_("Trade of %(month)s") % {"month": month}))
        if main:
            extras.kit_sale(books)
        tell(_("Notes, receipts, bills, payments, vouchers"))
        settling.vouchers(books)
        settling.credit_notes(books, size.drafts if main else max(1, size.drafts // 2))
        if main:
            extras.debit_notes(books, size.drafts)
        settling.receipts(books)
        vendors = {row.display_name: row for row in Party.objects.filter(is_vendor=True)}
        settling.expense_bills(books, vendors)
        settling.payments(books)
        if main:
            trading.invoice_drafts(books, size.drafts)
        tell(_("Closing the year before"))
        extras.years_close(books)


def _plan(last: Any, size: Size) -> Plan:
    parties = Party.objects.select_related("salesperson", "payment_terms", "currency", "department")
    parties = parties.prefetch_related("addresses").order_by("id")
    rates = {code: Decimal(start) for code, (start, _step) in masters.RATES.items()} | {"INR": Decimal(1)}
    return plan_make(
        customers=list(parties.filter(is_customer=True)),
        vendors=list(parties.filter(is_vendor=True))[:10],
        products=list(Product.objects.select_related("unit", "tax_category").order_by("id")),
        last=last,
        rates=rates,
        size=size,
    )


def _staff(people: dict[str, Any]) -> trading.People:
    return trading.People(
        administrator=people["asha"],
        accounts=people["vikram"],
        managers={people[name].department_id: people[name] for name in ("neha", "lakshmi")},
        seller=people["imran"],
        stores=people["sunita"],
    )


def _passwords_renew() -> list[SignIn]:
    emails = {row["email"] for row in masters.fixture("organisation")["people"]}
    made = []
    for user in User.objects.filter(email__in=emails).prefetch_related("roles").order_by("id"):
        password = password_make()
        user.set_password(password)
        user.save()
        sessions_end_all(user, why="password")
        role = user.roles.first()
        made.append(SignIn(HOST, role.name if role else "", user.email, password))
    return [*made, *(SignIn(HOST, *row) for row in portal.portal_passwords_renew())]


def books_prove(say: Say) -> None:
    """Assert that books balance, receivables and payables equal their accounts, stock equals its own.

    Raises Refused naming what differs.
    """
    for company in Company.objects.order_by("code"):
        pairs, problems = company_prove(company)
        problems = [f"{p.name}: {p.kept} / {p.account}" for p in pairs if not p.agrees] + problems
        if problems:
            raise Refused(f"{company.code}: " + "; ".join(problems), code="unproved")
    say(_("Books balance, receivables and payables equal their accounts, stock equals its account"))


def analyse() -> None:
    """Fresh statistics after bulk loading, so that the first pages are fast."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
