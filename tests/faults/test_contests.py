"""16 people at once on one document, one item, one series, one key: 200 rounds, each with one winner.

Every contest has a twin with its guard off, in which the judge must find something.
"""

from __future__ import annotations

import time
from collections import Counter

import pytest

from tests.faults.contests import CONTESTS, THREADS, hold_contest, judge, losers, winners
from tests.kit.figures import note

pytestmark = [pytest.mark.full, pytest.mark.race]


@pytest.mark.parametrize("rounds", [pytest.param(4, marks=pytest.mark.ci), 200])
@pytest.mark.parametrize("kind", CONTESTS)
def test_each_round_has_as_many_winners_as_there_is_to_win(commits, kind, rounds):
    contest = kind()
    contest.prepare(rounds)
    started = time.monotonic()
    results = hold_contest(rounds, contest.attempt)
    took = time.monotonic() - started
    counts = Counter(len(winners(row)) for row in results)
    lost = Counter(getattr(r, "code", type(r).__name__) for row in results for r in losers(row))
    note(
        f"{kind.__name__}: {rounds} rounds of {THREADS} in {took:.0f} s",
        f"winners a round {dict(counts)}, the others {dict(lost)}",
    )
    judge(contest, results)


@pytest.mark.parametrize("kind", CONTESTS)
def test_without_its_guard_the_contest_is_unfair(commits, kind, monkeypatch):
    contest = kind()
    contest.prepare(12)
    contest.without_guard(monkeypatch)
    results = hold_contest(12, contest.attempt)
    monkeypatch.undo()
    with pytest.raises(AssertionError):
        judge(contest, results)
