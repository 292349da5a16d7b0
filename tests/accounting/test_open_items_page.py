"""Open items in the back office: rests written off, credits set against invoices, foreign items revalued."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from apps.accounting.models import JournalEntry, OpenItem
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from apps.company.services.settings import settings_save
from tests.factories import invoicing as make
from tests.factories.accounts import make_user
from tests.kit.clients import signed_in
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
D = Decimal
LIST = "/admin/accounting/openitem/"


@pytest.fixture
def clerk(administrator):
    return signed_in(administrator)


@pytest.fixture
def _tomorrow_open(books):
    """A revaluation is taken back the next day: on 31 March that is another fiscal year."""
    fiscal_year_open(company=books, day=company_today() + timedelta(days=1))


def invoice(books, party, price):
    service = make.product(product_kind="service", sale_price=D(price))
    return make.invoice(company=books, party=party, lines=[{"product": service, "quantity": 1}], post=True)


def act(client, action, items, **more):
    body = {"action": action, "_selected_action": [str(item.pk) for item in items], **more}
    return client.post(LIST, body, follow=True).content.decode()


def test_small_rest_is_written_off_with_a_reason(clerk, books):
    party = make.customer()
    item = invoice(books, party, 100).open_item
    make.receipt(
        company=books, party=party, amount=D(115), allocations=[{"open_item": item, "amount": "115"}]
    )
    page = act(clerk, "write_off", [item])
    assert "1 row will go" in page
    assert "This field is required." in act(clerk, "write_off", [item], _go="1")
    act(clerk, "write_off", [item], _go="1", ask_reason="Rounding")
    item.refresh_from_db()
    assert item.open_amount == 0
    assert_balanced()
    assert_subledger_equals_control(books)


def test_limit_is_the_settings_of_the_company(books, administrator):
    item = invoice(books, make.customer(), 100).open_item
    user = make_user("accounting.view_openitem", "accounting.write_off")
    assert "Up to ₹10.00 may be written off." in act(signed_in(user), "write_off", [item])
    settings_save("accounting", {"write_off_limit": 500}, company=books, by=administrator)
    assert "1 row will go" in act(signed_in(user), "write_off", [item])


def test_credit_goes_against_invoices_of_the_same_party_only(clerk, books):
    party, other = make.customer(), make.customer()
    first, second = (invoice(books, party, 100).open_item for _ in range(2))
    stranger = invoice(books, other, 100).open_item
    credit = make.receipt(company=books, party=party, amount=D(150), post=True).open_item
    page = act(clerk, "set_against", [first, second, stranger, credit])
    assert "2 rows will go" in page
    assert "There is nothing chosen to set it against." in page
    act(clerk, "set_against", [first, second, stranger, credit], _go="1")
    found = [OpenItem.objects.get(pk=item.pk).open_amount for item in (first, second, stranger, credit)]
    assert found == [D(0), D(86), D(118), D(0)]
    assert_subledger_equals_control(books)


def test_actions_are_offered_to_whoever_may(books):
    item = invoice(books, make.customer(), 100).open_item
    reader = signed_in(make_user("accounting.view_openitem"))
    page = reader.get(LIST).content.decode()
    assert "write_off" not in page
    act(reader, "write_off", [item], _go="1", ask_reason="x")
    item.refresh_from_db()
    assert item.open_amount == D(118)
    assert signed_in(make_user("accounting.view_invoice")).get(f"{LIST}revaluation/").status_code == 403


@pytest.mark.usefixtures("_tomorrow_open")
def test_foreign_items_are_revalued_after_a_look(clerk, books):
    party = make.customer(currency=make.currency("USD"))
    make.rate("USD", "80")
    invoice(books, party, 100)
    query = {"company": books.pk, "on": company_today().isoformat(), "rate_USD": "85"}
    before = JournalEntry.objects.count()
    page = clerk.get(f"{LIST}revaluation/", query).content.decode()
    assert total_of(page) == "7.35", "1.47 dollars, each worth 5 more"
    assert JournalEntry.objects.count() == before, "a look books nothing"
    clerk.post(f"{LIST}revaluation/", query)
    assert JournalEntry.objects.count() == before + 2
    assert_balanced()


def total_of(page):
    """The difference at the foot of the revaluation's table."""
    return page.partition("<tfoot>")[2].partition("<strong>")[2].partition("</strong>")[0]


@pytest.mark.usefixtures("_tomorrow_open")
def test_revaluation_asks_for_the_rate_that_nobody_kept(clerk, books):
    party, service = make.customer(currency=make.currency("USD")), make.product(product_kind="service")
    lines = [{"product": service, "quantity": 1, "unit_price": "1000"}]
    make.invoice(company=books, party=party, lines=lines, exchange_rate=D(80), post=True)
    query, page = {"company": books.pk, "on": company_today().isoformat()}, f"{LIST}revaluation/"
    asked = clerk.get(page, query).content.decode()
    assert 'name="rate_USD"' in asked
    assert "USD: There is no exchange rate" in asked
    wrong = clerk.get(page, {**query, "rate_USD": "many"}).content.decode()
    assert 'name="rate_USD" inputmode="decimal" value="many"' in wrong
    assert "<tfoot>" not in wrong
    found = clerk.get(page, {**query, "rate_USD": "81"}).content.decode()
    assert total_of(found) == "1,180.00"
    assert "US$1,180.00" in found
    before = JournalEntry.objects.count()
    clerk.post(page, {**query, "rate_USD": "many"})
    assert JournalEntry.objects.count() == before, "nothing is booked at another rate than what was typed"
    clerk.post(page, {**query, "rate_USD": "81"})
    assert JournalEntry.objects.count() == before + 2


def test_open_items_stand_before_settled_ones(clerk, books):
    party = make.customer()
    settled, late, fresh = (invoice(books, party, 100).open_item for _ in range(3))
    plan = [{"open_item": settled, "amount": "118"}]
    make.receipt(company=books, party=party, amount=D(118), allocations=plan, post=True)
    invoices = [settled.pk, late.pk, fresh.pk]

    def listed(**query):
        rows = clerk.get(LIST, query).context["cl"].result_list
        return [row.pk for row in rows if row.pk in invoices]

    assert listed() == [late.pk, fresh.pk, settled.pk]
    assert listed(open="paid") == [settled.pk]
    assert clerk.get(LIST).url == f"{LIST}?open=paid", "a filter that was chosen is remembered"


def test_statement_goes_to_the_party_by_mail(administrator, api, books):
    from apps.messaging.models import MailMessage

    party = make.customer(email="dues@shop.example")
    invoice(books, party, 100)
    page = signed_in(administrator).get(
        reverse("report_accounting_statement-of-account"), {"company": books.pk, "party": party.pk}
    )
    assert "Send by mail" in page.content.decode()
    address = f"{LIST}statement/?company={books.pk}&party={party.pk}"
    clerk = signed_in(administrator)
    assert "dues@shop.example" in clerk.get(address).content.decode()
    wrong = clerk.post(address, {"mail_to": "nobody"}).content.decode()
    assert 'role="alert"' in wrong
    assert clerk.post(address, {"mail_to": "", "text": "Kindly check."}).status_code == 302
    body = {"company": books.pk, "party": party.pk, "mail_to": "boss@shop.example"}
    api.post("accounting/statements/send/", body, 201)
    found = MailMessage.objects.order_by("pk")
    assert [mail.to for mail in found] == [["dues@shop.example"], ["boss@shop.example"]]
    assert all(mail.attachments.count() == 1 for mail in found)
    api.post("accounting/statements/send/", {"company": books.pk}, 400)
    refused = api.post("accounting/statements/send/", {**body, "mail_to": "boss@shop.example, nobody"}, 400)
    assert refused["errors"][0]["field"] == "mail_to"
    reader = signed_in(make_user("accounting.view_openitem"))
    assert reader.get(address).status_code == 403


def test_statement_goes_to_every_address_that_was_named(api, books):
    from apps.messaging.models import MailMessage

    party = make.customer(email="")
    named = [f"clerk{n}@shop.example" for n in range(25)]
    body = {"company": books.pk, "party": party.pk, "mail_to": ", ".join(named)}
    api.post("accounting/statements/send/", body, 201)
    assert MailMessage.objects.get().to == named
    for wrong in (", ".join([*named, "nobody"]), ", ".join(f"{n}@shop.example" for n in range(51)), ""):
        answer = api.post("accounting/statements/send/", {**body, "mail_to": wrong}, 400)
        assert answer["errors"][0]["field"] == "mail_to"


def test_statement_is_drawn_before_the_unit_of_work(clerk, api, books, monkeypatch):
    from apps.accounting.payments import statement_mail

    depths, draw = [], statement_mail.statement_pdf

    def watched(statement):
        depths.append(len(connection.savepoint_ids))
        return draw(statement)

    monkeypatch.setattr(statement_mail, "statement_pdf", watched)
    party, outside = make.customer(email="dues@shop.example"), len(connection.savepoint_ids)
    clerk.post(f"{LIST}statement/?company={books.pk}&party={party.pk}", {"mail_to": ""})
    api.post("accounting/statements/send/", {"company": books.pk, "party": party.pk}, 201)
    assert depths == [outside, outside]
