"""Limits count what came in the last minute, at the same cost for a small rate and a large one."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from apps.accounts.models import User
from apps.core.api.throttling import OrganisationThrottle, Throttle
from apps.core.tenant import organisation_context
from tests.kit.clients import ApiClient


class Turnstile(Throttle):
    scope = "turnstile"
    rate = "10/min"
    now = 6000.0  # the beginning of a minute

    def timer(self):
        return Turnstile.now

    def get_cache_key(self, request, view):
        return f"turnstile {request}".replace(" ", "_")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    cache.clear()
    monkeypatch.setattr(Turnstile, "now", 6000.0)


def passes(who="a", times=1):
    return sum(Turnstile().allow_request(who, None) for _ in range(times))


def test_as_many_as_the_rate_says_and_no_more():
    assert passes(times=15) == 10
    assert passes("b", 15) == 10


def test_a_new_minute_gives_no_second_helping_at_once():
    Turnstile.now = 6059.0
    assert passes(times=15) == 10
    Turnstile.now = 6060.5
    assert passes(times=15) == 0
    Turnstile.now = 6180.0
    assert passes(times=15) == 10


def test_refused_calls_count_too_and_the_wait_is_told():
    passes(times=30)
    Turnstile.now = 6045.0
    gate = Turnstile()
    assert not gate.allow_request("a", None)
    assert gate.wait() == 15


def test_who_is_refused_in_the_last_moment_of_a_minute_is_not_told_to_come_back_at_once():
    Turnstile.now = 6059.75
    gate = Turnstile()
    assert [gate.allow_request("a", None) for _ in range(11)][-1] is False
    assert gate.seconds() == 1


@pytest.mark.django_db
def test_limits_are_those_of_one_organisation():
    assert passes(times=15) == 10
    with organisation_context("org_zenith"):
        assert passes(times=15) == 10
    assert passes() == 0


def test_what_is_kept_does_not_grow_with_the_rate(monkeypatch):
    monkeypatch.setattr(Turnstile, "rate", "100000/min")
    assert passes(times=2000) == 2000
    assert cache.get("turnstile_a_100") == 2000


@pytest.mark.django_db
def test_organisation_has_a_limit_that_strangers_do_not_use_up(api, api_as, user_with, monkeypatch):
    monkeypatch.setattr(OrganisationThrottle, "get_rate", lambda self: "4/min")
    monkeypatch.setattr(OrganisationThrottle, "timer", lambda self: 6000.0)
    clerk = api_as(user_with("parties.view_party"))
    for _call in range(2):
        api.get("auth/me/")
        clerk.get("auth/me/")
        api_as(None).post("auth/token/", {"email": "x@x.example", "password": "y"}, 401)
    answer = api.get("auth/me/", 429)  # whoever of them comes fifth
    assert answer["errors"][0]["code"] == "throttled"
    assert int(api.last["Retry-After"]) >= 1
    clerk.get("auth/me/", 429)
    with organisation_context("org_zenith"):
        chief = User.objects.get(email__endswith="@zenith.example", roles__code="administrator")
        other = ApiClient(chief, host="zenith.localhost")
    other.get("auth/me/")
