"""10,000 attempts to get at another organisation: records, writes, files, links, tokens, jobs, pages.

Both organisations are attacked at once from many threads, so that a connection, a cache or a variable that is
shared between them would show.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from apps.core.tenant import organisation_context
from apps.parties.models import Party
from tests.faults import walls
from tests.faults.walls import House, Probe, build, probes, run_probes
from tests.kit.figures import note

pytestmark = pytest.mark.full
THREADS = 12


def attack(houses: dict[str, House], share: int) -> tuple[int, list[str]]:
    """Every ``share``-th probe of each thread; (how many, what was wrong)."""
    pairs = [(houses["acme"], houses["zenith"]), (houses["zenith"], houses["acme"])]
    found: list[tuple[House, list[Probe]]] = [(me, probes(me, other)) for me, other in pairs]
    connection.set_schema_to_public()

    def work(number: int) -> tuple[int, list[str]]:
        me, all_of_them = found[number % 2]
        mine = all_of_them[number // 2 % share :: share]
        try:
            return len(mine), run_probes(me, mine, number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(work, range(THREADS)))
    return sum(count for count, _wrong in results), [text for _count, wrong in results for text in wrong]


def before(houses: dict[str, House]) -> dict[str, Any]:
    """Row counts of each house, to see that no attempt wrote anything."""
    counts = {}
    for slug in houses:
        with organisation_context(f"org_{slug}"):
            counts[slug] = {
                view.model.__name__: view.model._base_manager.count()
                for view in walls.resources().values()
                if view.model.__name__ not in QUIET
            }
    return counts


QUIET = ("AccessEvent", "AccessLog", "AuditEntry", "SignInSession")  # attempts are noted


@pytest.mark.parametrize("share", [pytest.param(24, marks=pytest.mark.ci), pytest.param(1, marks=[])])
def test_nothing_of_one_organisation_reaches_the_other(commits, share):
    houses = build()
    rows = before(houses)
    count, wrong = attack(houses, share)
    note(f"{count} probes, {len(wrong)} leaks", *sorted(set(wrong))[:60])
    assert not wrong
    assert count >= 10_000 // share
    after = before(houses)
    changed = {
        s: {k: (v, after[s].get(k)) for k, v in c.items() if after[s].get(k) != v} for s, c in rows.items()
    }
    assert after == rows, changed


def test_the_probes_notice_an_open_door(commits, monkeypatch):
    """The twin with the guard off: zenith's host opens acme, and tokens aren't bound to an organisation."""
    from apps.accounts import authentication
    from apps.tenancy import middleware

    houses = build()
    find = middleware.host_reached
    monkeypatch.setattr(middleware, "host_reached", lambda _name: find("acme.localhost"))
    monkeypatch.setattr(authentication, "check_token", lambda token: None)
    monkeypatch.setattr(authentication, "password_stamp", lambda user: "")
    people = authentication.User.objects.filter
    monkeypatch.setattr(
        authentication, "token_user", lambda token: people(is_superuser=True).first() or people().first()
    )
    _count, wrong = attack(houses, 24)
    assert len(wrong) > 50
    with organisation_context("org_acme"):
        assert Party.objects.exists()
