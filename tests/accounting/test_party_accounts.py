"""Where the lines of a party are booked when they name no account: line, then party, then company."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounting.invoicing.bulk import Batched, invoice_prepare, invoices_post_many
from apps.accounting.models import Account, Invoice, InvoiceLine, PartyAccounts
from apps.company.models import CompanyAccess
from apps.company.selectors import company_today
from tests.factories import invoicing as make
from tests.factories.accounts import make_user
from tests.kit.clients import signed_in
from tests.kit.ledger import assert_balanced

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]
D = Decimal
PATH = "accounting/party-accounts/"


def an_account(company, code, kind, subtype, **values):
    return Account.objects.create(
        company=company, code=code, name=f"Account {code}", account_type=kind, subtype=subtype, **values
    )


@pytest.fixture
def rent(books):
    return an_account(books, "X-RENT", "expense", "other_expense")


@pytest.fixture
def exports(books):
    return an_account(books, "X-INC", "income", "revenue")


def booked(document) -> dict[str, Decimal]:
    """{account code: signed amount} of a document's entry."""
    return {
        row.account.code: row.base_amount for row in document.journal_entry.lines.select_related("account")
    }


def service(**values):
    return make.product(product_kind="service", purchase_price=D(1000), **values)


def test_a_bill_goes_to_the_vendors_account_unless_a_line_says_another(books, rent):
    landlord = make.vendor()
    other = an_account(books, "X-OTHER", "expense", "other_expense")
    PartyAccounts.objects.create(party=landlord, company=books, expense_account=rent)
    lines = [{"product": service()}, {"product": service(), "unit_price": "50", "account": other}]
    bill = make.bill(company=books, party=landlord, lines=lines, post=True)
    found = booked(bill)
    assert (found["X-RENT"], found["X-OTHER"]) == (D(1000), D(50))
    elsewhere = booked(make.bill(company=books, party=make.vendor(), lines=lines[:1], post=True))
    assert "X-RENT" not in elsewhere
    assert_balanced()


def test_goods_that_come_into_stock_still_wait_for_their_receipt(books, rent):
    vendor = make.vendor()
    PartyAccounts.objects.create(party=vendor, company=books, expense_account=rent)
    goods = [{"product": make.product(purchase_price=D(50)), "quantity": 2}]
    assert "X-RENT" not in booked(make.bill(company=books, party=vendor, lines=goods, post=True))
    bill = make.bill(company=books, party=vendor, lines=goods, moves_stock=False, post=True)
    assert booked(bill)["X-RENT"] == D(100)


def test_gst_that_cannot_be_credited_is_part_of_the_cost_wherever_that_is_booked(books, rent):
    vendor = make.vendor()
    PartyAccounts.objects.create(party=vendor, company=books, expense_account=rent)
    blocked = {"product": service(), "itc_eligible": False}
    bill = booked(make.bill(company=books, party=vendor, lines=[blocked], post=True))
    assert bill["X-RENT"] == D(1180)
    goods = {"product": make.product(purchase_price=D(50)), "quantity": 2, "itc_eligible": False}
    assert "X-RENT" not in booked(make.bill(company=books, party=vendor, lines=[goods], post=True))


def test_an_invoice_and_its_credit_note_go_to_the_customers_income_account(books, exports):
    customer = make.customer()
    PartyAccounts.objects.create(party=customer, company=books, income_account=exports)
    invoice = make.invoice(company=books, party=customer, post=True)
    assert booked(invoice)["X-INC"] == D(-100)
    note = make.credit_note(company=books, party=customer, invoice=invoice, post=True)
    assert booked(note)["X-INC"] == D(100)
    assert_balanced()


def test_each_company_has_its_own(books, exports):
    customer = make.customer()
    PartyAccounts.objects.create(party=customer, company=books, income_account=exports)
    other = make.company()
    assert "X-INC" not in booked(make.invoice(company=other, party=customer, post=True))


def test_a_batch_asks_for_all_parties_at_once(books, exports):
    def batch(size):
        made = []
        for _ in range(size):
            customer = make.customer()
            PartyAccounts.objects.create(party=customer, company=books, income_account=exports)
            invoice = Invoice(company=books, party=customer, date=company_today(), moves_stock=False)
            line = InvoiceLine(invoice=invoice, product=make.product(), quantity=D(1))
            made.append(Batched(invoice, [line], []))
            invoice_prepare(made[-1])
        with CaptureQueriesContext(connection) as seen:
            posted = invoices_post_many(made, by=None)
        assert all(booked(row)["X-INC"] == D(-100) for row in posted)
        return sum("accounting_partyaccounts" in query["sql"] for query in seen.captured_queries)

    assert batch(3) == 1


def test_over_the_api_with_wrong_accounts_refused_by_field(api, books, rent, exports):
    party = make.vendor()
    made = api.post(PATH, {"party": party.pk, "company": books.pk, "expense_account": rent.pk})["data"]
    assert made["income_account"] is None
    api.patch(f"{PATH}{made['id']}/", {"income_account": exports.pk}, 200)
    group = Account.objects.filter(company=books, is_group=True, account_type="expense").first()
    bank = Account.objects.filter(company=books, control="bank").first()
    abroad = make.company()
    theirs = Account.objects.filter(company=abroad, account_type="expense", is_group=False).first()
    dollars = an_account(books, "X-USD", "asset", "other_current_asset", currency=make.currency("USD"))
    for wrong in (exports, group, bank, theirs, dollars):
        refused = api.patch(f"{PATH}{made['id']}/", {"expense_account": wrong.pk}, 400)
        assert [item["field"] for item in refused["errors"]] == ["expense_account"], wrong
    nothing = api.patch(f"{PATH}{made['id']}/", {"income_account": None, "expense_account": None}, 400)
    assert nothing["errors"][0]["field"] == "income_account"
    api.post(PATH, {"party": party.pk, "company": books.pk, "expense_account": rent.pk}, 400)
    api.delete(f"{PATH}{made['id']}/", 200)
    assert not PartyAccounts.objects.exists()


def test_the_database_keeps_one_row_a_company_and_none_that_says_nothing(books, rent):
    party = make.vendor()
    PartyAccounts.objects.create(party=party, company=books, expense_account=rent)
    for values in ({"expense_account": rent}, {}):
        other = party if values else make.vendor()
        with pytest.raises(IntegrityError), transaction.atomic():
            PartyAccounts.objects.bulk_create([PartyAccounts(party=other, company=books, **values)])


KEEP = tuple(f"accounting.{action}_partyaccounts" for action in ("view", "add", "change", "delete"))
PARTY = ("parties.view_party", "parties.change_party")


def form_of(client, party) -> dict[str, str]:
    """What the form of a party's page would send unchanged."""
    page = client.get(reverse("admin:parties_party_change", args=[party.pk]))
    sent = {}
    forms = [page.context["adminform"].form]
    for item in page.context["inline_admin_formsets"]:
        forms += [item.formset.management_form, *item.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is True:
                sent[field.html_name] = "on"
            elif value is not None and value is not False:
                sent[field.html_name] = value if isinstance(value, list) else str(value)
    return sent


def test_an_accountant_keeps_them_on_the_partys_page(books, rent):
    party = make.vendor()
    client = signed_in(
        make_user(*PARTY, *KEEP, "accounting.view_account", "company.view_company", is_staff=True)
    )
    sent = form_of(client, party)
    sent |= {
        "default_accounts-TOTAL_FORMS": "1",
        "default_accounts-0-company": books.pk,
        "default_accounts-0-expense_account": rent.pk,
    }
    answer = client.post(reverse("admin:parties_party_change", args=[party.pk]), sent)
    assert answer.status_code == 302, answer.context["errors"]
    row = PartyAccounts.objects.get()
    assert (row.party, row.company, row.expense_account) == (party, books, rent)
    assert row.history.count() == 1


def test_who_may_not_see_them_finds_none_on_the_page(books, rent):
    party = make.vendor()
    PartyAccounts.objects.create(party=party, company=books, expense_account=rent)
    page = signed_in(make_user(*PARTY, is_staff=True)).get(
        reverse("admin:parties_party_change", args=[party.pk])
    )
    assert "default_accounts" not in page.content.decode()
    assert "X-RENT" not in page.content.decode()


def test_forms_offer_the_companies_that_their_reader_works_for(books):
    other = make.company()
    clerk = make_user("accounting.view_journal", "accounting.add_journal", is_staff=True)
    CompanyAccess.objects.create(user=clerk, company=other)
    page = signed_in(clerk).get(reverse("admin:accounting_journal_add"))
    assert list(page.context["adminform"].form.fields["company"].queryset) == [other]
