"""The door to the ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounting.ledger import post, reverse
from apps.accounting.models import Account, Journal, JournalEntry, JournalLine
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput
from tests.factories.accounting import line, posting
from tests.kit.ledger import assert_balanced, balance

pytestmark = pytest.mark.django_db


def test_new_company_has_its_books(company):
    assert Account.objects.filter(company=company).count() > 100
    assert Journal.objects.filter(company=company).count() == 7
    assert Account.history.filter(company=company).count() == Account.objects.filter(company=company).count()


def test_accountant_posts_an_invoice_of_118(company, administrator):
    """C1: debit and credit are equal to the paisa, or nothing is posted."""
    day = company_today()
    party_line = ("receivable", "118.00")
    with pytest.raises(InvalidInput) as refused:
        post([posting(company, day, party_line, ("sales", "-118.00"))], by=administrator)
    assert [e.code for e in refused.value.errors] == ["party_required"]
    pairs = (("cash", "118.00"), ("sales", "-100"), ("cgst_output", "-9"), ("sgst_output", "-9"))
    (entry,) = post([posting(company, day, *pairs)], by=administrator)
    assert entry.number.startswith("GEN/")
    assert entry.number.endswith("/000001")
    assert (entry.total, entry.line_count, len(entry.content_hash)) == (Decimal(118), 4, 64)
    assert balance(line(company, "sales", "1").account) == Decimal(-100)
    assert_balanced()


def test_a_posting_costs_at_most_nine_queries_however_many(company, administrator):
    day = company_today()
    pairs = (("cash", "118.00"), ("sales", "-100"), ("cgst_output", "-9"), ("sgst_output", "-9"))
    post([posting(company, day, *pairs)], by=administrator)
    for count in (1, 50):
        wanted = [posting(company, day, *pairs) for _ in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as seen:
            post(wanted, by=administrator)
        most = 8 + (count > 1)  # COPY takes its ids beforehand
        assert len(seen) <= most, [q["sql"][:90] for q in seen]
    assert JournalEntry.objects.count() == 52
    assert JournalLine.objects.count() == 52 * 4
    assert sorted(JournalEntry.objects.values_list("sequence", flat=True)) == list(range(1, 53))


def test_the_same_source_and_purpose_posts_once(company, administrator):
    wanted = posting(company, company_today(), ("cash", "5"), ("sales", "-5"))
    first = post([wanted], by=administrator)
    again = post([wanted, wanted], by=administrator)
    assert [e.pk for e in again] == [first[0].pk] * 2
    assert JournalEntry.objects.count() == 1


def test_reversal_is_the_mirror_and_happens_once(company, administrator):
    (entry,) = post([posting(company, company_today(), ("cash", "5"), ("sales", "-5"))], by=administrator)
    back = reverse(entry, by=administrator)
    assert back.reversal_of_id == entry.pk
    assert reverse(entry, by=administrator).pk == back.pk
    assert balance(line(company, "cash", "1").account) == 0
    assert_balanced()
