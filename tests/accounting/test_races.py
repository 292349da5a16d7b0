"""Races at the door with real threads; each has a twin with the guard off that must go wrong."""

from __future__ import annotations

import threading
import time
from datetime import date

import pytest

from apps.accounting.ledger import door, post
from apps.accounting.ledger.numbers import Numbered
from apps.accounting.models import Journal, JournalCounter, JournalEntry, Voucher
from apps.company.choices import PeriodStatus
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.company.services.periods import period_close
from apps.core.errors import Busy, Locked, Refused
from apps.core.uow import run_in_unit_of_work
from apps.documents.lifecycle import transition_run
from tests.factories.accounting import line, posting
from tests.kit.ledger import assert_balanced
from tests.kit.threads import run_in_threads

pytestmark = pytest.mark.race
THREADS, ROUNDS = 8, 12


def sold(company, number, **values):
    return posting(
        company, company_today(), ("cash", "5"), ("sales", "-5"), source=("tests.race", number), **values
    )


def post_one(company, number):
    return run_in_unit_of_work(lambda: post([sold(company, number)], by=None))[0]


def test_eight_threads_number_a_journal_without_gap_or_double(commits, company):
    def work(thread):
        return [post_one(company, thread * 1000 + round_).sequence for round_ in range(ROUNDS)]

    results = run_in_threads(THREADS, work)
    taken = sorted(number for part in results for number in part)
    assert taken == list(range(1, THREADS * ROUNDS + 1))
    assert_balanced()


def test_twin_numbers_read_without_a_lock_collide(commits, company, monkeypatch):
    post_one(company, 1)

    def unlocked(postings, years):
        row = JournalCounter.objects.get(journal__company=company, journal__code="general")
        time.sleep(0.05)
        JournalCounter.objects.filter(pk=row.pk).update(next_number=row.next_number + 1)
        return [Numbered(row.journal_id, row.next_number, f"GEN/{row.next_number}")]

    monkeypatch.setattr(door, "numbers_take", unlocked)
    results = run_in_threads(THREADS, lambda thread: post_one(company, 100 + thread))
    assert any(isinstance(result, Exception) for result in results)


def test_the_same_source_posted_by_eight_threads_gives_one_entry(commits, company):
    results = run_in_threads(THREADS, lambda _thread: post_one(company, 7))
    assert {type(r) for r in results} <= {JournalEntry, Busy}
    assert JournalEntry.objects.filter(source_kind="tests.race").count() == 1
    assert post_one(company, 8).sequence == 2
    assert_balanced()


def test_a_voucher_posted_and_reversed_by_many_happens_once(commits, company):
    voucher = Voucher.objects.create(
        company=company, date=company_today(), journal=company_journal(company), debit_total=5, credit_total=5
    )
    for position, (role, debit, credit) in enumerate((("cash", 5, 0), ("sales", 0, 5)), 1):
        voucher.lines.create(
            position=position,
            account=line(company, role, "0").account,
            debit=debit,
            credit=credit,
        )

    def run(name):
        return lambda _thread: run_in_unit_of_work(lambda: transition_run(voucher, name, by=None))

    posted = run_in_threads(THREADS, run("post"))
    assert sum(isinstance(result, Voucher) for result in posted) == 1
    assert all(isinstance(result, (Voucher, Refused)) for result in posted)
    turned = run_in_threads(THREADS, run("reverse"))
    assert sum(isinstance(result, Voucher) for result in turned) == 1
    assert JournalEntry.objects.filter(company=company).count() == 2
    assert_balanced()


def company_journal(company):
    return Journal.objects.get(company=company, code="general")


def period_of(company, day: date) -> Period:
    return Period.objects.get(company=company, start__lte=day, end__gte=day)


def closing_against_posting(company, monkeypatch):
    """A posting that dawdles between its period check and its inserts, and a close that comes in between.

    Returns (was anything posted after the close was done, the posting's result)."""
    held, closed = threading.Event(), threading.Event()
    take = door.numbers_take
    moments = {}

    def slow_take(*args):
        held.set()
        closed.wait(1.5)
        return take(*args)

    monkeypatch.setattr(door, "numbers_take", slow_take)

    def work(thread):
        if thread == 0:
            result = post_one(company, 1)
            moments["posted"] = time.monotonic()
            return result
        held.wait(10)
        period = period_of(company, company_today())
        run_in_unit_of_work(lambda: period_close(period=period, hard=True, by=None))
        moments["closed"] = time.monotonic()
        closed.set()
        return None

    results = run_in_threads(2, work, together=False)
    assert results[1] is None, results
    return moments["closed"] < moments["posted"], results[0]


def test_a_period_can_not_close_under_a_posting(commits, company, monkeypatch):
    after, result = closing_against_posting(company, monkeypatch)
    assert isinstance(result, JournalEntry)
    assert not after, "the close has to wait for the posting that holds the period"
    assert period_of(company, company_today()).status == PeriodStatus.CLOSED
    monkeypatch.undo()
    with pytest.raises(Locked):
        post_one(company, 2)
    assert_balanced()


def test_twin_without_holding_the_period_posts_into_a_closed_one(commits, company, monkeypatch):
    def unheld(days, *, may_soft=False):
        return {(company_id, day): period_of(company, day) for company_id, day in days}

    monkeypatch.setattr(door, "periods_hold", unheld)
    after, result = closing_against_posting(company, monkeypatch)
    assert isinstance(result, JournalEntry)
    assert after, "without the hold it is posted after the close"


def test_posting_while_closing_and_reopening_never_lands_in_a_closed_period(commits, company):
    """Whoever wins: an entry exists only when its posting answered, and a refusal is a clear 423."""
    period = period_of(company, company_today())

    def work(thread):
        if thread == 0:
            for _ in range(6):
                run_in_unit_of_work(lambda: period_close(period=period, hard=True, by=None))
                Period.objects.filter(pk=period.pk).untracked_update(status=PeriodStatus.OPEN)
            return []
        results = []
        for round_ in range(10):
            try:
                results.append(post_one(company, thread * 100 + round_))
            except Locked as error:
                results.append(error)
        return results

    results = run_in_threads(5, work)
    assert not [r for r in results if isinstance(r, Exception)], results
    flat = [item for part in results for item in part]
    posted = [item for item in flat if isinstance(item, JournalEntry)]
    assert JournalEntry.objects.filter(company=company).count() == len(posted)
    assert sorted(entry.sequence for entry in posted) == list(range(1, len(posted) + 1))
    assert_balanced()
