"""An import of opening balances taken back: what it posted is reversed, and it may be imported anew."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounting.ledger import account_for, post
from apps.accounting.models import JournalEntry, OpenItem
from apps.accounting.statements.opening import opening_state
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.datatools.services.imports import import_start
from apps.datatools.services.undo import undo_preview, undo_run
from apps.inventory.models import Inward
from tests.factories import invoicing as make
from tests.factories.accounting import posting
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.invoicing import customer
from tests.kit.ledger import assert_balanced, balance
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
D = Decimal
TRIAL = "account,debit,credit\n1510,50000,\n1410,11700,\n3210,,61700\n"
OPEN = (
    "party,number,date,amount,side\n"
    "Kiran Stores,OLD/7,01-03-2026,11800,receivable\n"
    "Kiran Stores,OLD/CN1,02-03-2026,-100,receivable\n"
)
TRIAL_KEY, OPEN_KEY, STOCK_KEY = (
    "accounting/opening-trial-balance", "accounting/open-documents", "inventory/opening-stock",
)  # fmt: skip


def load(company, by, target, content):
    options = {"company": company.code, "date": company_today().isoformat()}
    run = import_start(
        target_key=target, content=content.encode(), file_name="old.csv", mapping={}, options=options,
        mode="all_or_nothing", dry_run=False, by=by,
    )  # fmt: skip
    assert run.errors == []
    return run


@pytest.fixture
def kiran(db):
    return customer("Kiran Stores")


def test_trial_balance_taken_back_leaves_nothing_and_comes_in_anew(company, administrator):
    run = load(company, administrator, TRIAL_KEY, TRIAL)
    entry = JournalEntry.objects.get(company=company)
    assert undo_preview(run, by=administrator) | {"refused": []} == {
        "delete": 0, "bin": 0, "restore": 0, "cancel": 1, "gone": 0, "stay": 0, "refused": [], "tried": 1,
    }  # fmt: skip
    assert JournalEntry.objects.filter(company=company).count() == 1, "looking posts nothing"
    assert undo_run(run, by=administrator) == {"undone": 1, "stay": 0}
    reversal = JournalEntry.objects.get(company=company, reversal_of=entry)
    assert reversal.date == entry.date, "on the day of the opening"
    assert balance(account_for(company, "bank")) == balance(account_for(company, "opening_equity")) == 0
    assert all(part.missing == 0 for part in opening_state(company).parts)

    again = load(company, administrator, TRIAL_KEY, TRIAL.replace("50000", "40000").replace("61700", "51700"))
    assert (again.created_count, again.skipped_count) == (3, 0)
    assert balance(account_for(company, "bank")) == D(40000)
    assert opening_state(company).parts[0].stated == D(11700)
    once_more = load(company, administrator, TRIAL_KEY, TRIAL)
    assert once_more.created_count == 0, "what stands is passed over"
    assert undo_run(again, by=administrator)["undone"] == 1
    assert load(company, administrator, TRIAL_KEY, TRIAL).created_count == 3, "a third time too"
    assert_balanced()


def test_open_documents_taken_back_are_closed_and_come_in_anew(company, administrator, kiran):
    run = load(company, administrator, OPEN_KEY, OPEN)
    assert undo_run(run, by=administrator) == {"undone": 1, "stay": 0}
    assert not OpenItem.objects.filter(company=company).exclude(open_amount=0).exists()
    assert balance(account_for(company, "receivable")) == 0
    assert_subledger_equals_control(company)
    again = load(company, administrator, OPEN_KEY, OPEN)
    assert again.created_count == 2
    open_now = OpenItem.objects.filter(company=company).exclude(open_amount=0)
    assert sorted(open_now.values_list("number", "open_amount")) == [
        ("OLD/7", D(11800)), ("OLD/CN1", D(-100)),
    ]  # fmt: skip
    assert load(company, administrator, OPEN_KEY, OPEN).created_count == 0
    assert_subledger_equals_control(company)
    assert_balanced()


def test_document_that_was_paid_keeps_the_opening_and_is_named(books, administrator, kiran):
    run = load(books, administrator, OPEN_KEY, OPEN)
    item = OpenItem.objects.get(company=books, number="OLD/7")
    make.receipt(company=books, party=kiran, amount=100, account=account_for(books, "bank"), mode="cash",
                 allocations=[{"open_item": item, "amount": 100}])  # fmt: skip
    preview = undo_preview(run, by=administrator)
    assert (preview["cancel"], preview["stay"]) == (0, 1)
    assert "OLD/7" in preview["refused"][0]["reason"]
    assert "OLD/CN1" not in preview["refused"][0]["reason"]
    assert undo_run(run, by=administrator) == {"undone": 0, "stay": 1}
    run.refresh_from_db()
    assert run.undo_state == "partly"
    assert not JournalEntry.objects.filter(company=books).exclude(reversal_of=None).exists()
    assert_subledger_equals_control(books)


IMPORTER = (
    "accounting.post_voucher", "accounting.import_journalentry", "accounting.view_journalentry",
    "company.view_company",
)  # fmt: skip


@pytest.mark.parametrize(("status", "person"), [("closed", "administrator"), ("soft_closed", "accountant")])
def test_closed_period_refuses_by_its_name_and_opening_it_lets_it_go(company, administrator, status, person):
    who = administrator if person == "administrator" else make_user(*IMPORTER, "accounting.reverse_voucher")
    run = load(company, who, TRIAL_KEY, TRIAL)
    today = company_today()
    period = Period.objects.get(company=company, start__lte=today, end__gte=today)
    period.status = status
    period.save()
    preview = undo_preview(run, by=who)
    assert preview["stay"] == 1
    assert "closed" in preview["refused"][0]["reason"].lower()
    assert undo_run(run, by=who)["stay"] == 1
    period.status = "open"
    period.save()
    assert undo_run(run, by=who) == {"undone": 1, "stay": 0}


def test_who_may_not_reverse_what_is_posted_takes_no_opening_back(company, administrator):
    clerk = make_user(*IMPORTER)
    run = load(company, clerk, TRIAL_KEY, TRIAL)
    assert undo_run(run, by=clerk) == {"undone": 0, "stay": 1}
    assert balance(account_for(company, "bank")) == D(50000)


def test_entry_that_is_no_opening_is_not_reversed_by_an_import(company, administrator):
    """The record of a run names an entry by its number only: another one's must not do."""
    run = load(company, administrator, TRIAL_KEY, TRIAL)
    other = post([posting(company, company_today(), ("cash", "5"), ("sales", "-5"))], by=None)[0]
    run.records.update(target_id=other.pk)
    assert undo_run(run, by=administrator)["stay"] == 1


def test_opening_stock_taken_back_goes_out_again_unless_it_was_used(books, administrator):
    make_product(code="LAMP")
    sheet = "product,quantity,unit_cost\nLAMP,5,100\n"
    run = load(books, administrator, STOCK_KEY, sheet)
    assert undo_run(run, by=administrator) == {"undone": 1, "stay": 0}
    assert Inward.objects.get(company=books).status == "cancelled"
    assert balance(account_for(books, "stock")) == balance(account_for(books, "opening_equity")) == 0
    assert load(books, administrator, STOCK_KEY, sheet).created_count == 1
    assert balance(account_for(books, "stock")) == D(500)
    assert_balanced()
