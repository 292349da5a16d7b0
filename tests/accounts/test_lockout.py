"""A stranger who guesses locks nobody out but himself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessAttemptExpiration
from django.core import mail
from django.test import Client
from django.utils import timezone

from apps.accounts.devices import COOKIE
from apps.accounts.services.lockout import EVERYWHERE_RULE, SECOND_RULE, SOURCE_RULE, lock_time

pytestmark = pytest.mark.django_db
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def person(user_with):
    return user_with("parties.view_party")


def browser(address="203.0.113.9", cookies=None, host="acme.localhost"):
    client = Client(HTTP_HOST=host, REMOTE_ADDR=address)
    if cookies:
        client.cookies[COOKIE] = cookies
    return client


def sign_in(client, user, password=PASSWORD):
    return client.post("/accounts/login/", {"email": user.email, "password": password})


def test_locks_grow_and_end():
    seconds = [lock_time(n).total_seconds() for n in range(4, 14)]
    assert seconds == [0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert lock_time(10**6, EVERYWHERE_RULE) == timedelta(minutes=5)
    assert lock_time(49, EVERYWHERE_RULE) == lock_time(9, SECOND_RULE) == timedelta(0)
    assert lock_time(5, SOURCE_RULE) == timedelta(seconds=30)


def test_stranger_behind_the_same_address_does_not_lock_a_known_browser(person):
    owner = browser()
    assert sign_in(owner, person).status_code == 302
    owner.post("/accounts/logout/")
    for _guess in range(8):
        sign_in(browser(), person, "wrong")
    assert sign_in(browser(), person).status_code == 429
    assert sign_in(owner, person).status_code == 302


def test_known_browser_has_a_lock_of_its_own(person):
    owner = browser()
    sign_in(owner, person)
    owner.post("/accounts/logout/")
    for _guess in range(5):
        sign_in(owner, person, "wrong")
    assert sign_in(owner, person).status_code == 429
    assert sign_in(browser("198.51.100.1"), person).status_code == 302


def test_forged_or_foreign_device_cookie_counts_as_unknown(person, user_with):
    other, owner = user_with("parties.view_party"), browser()
    sign_in(owner, other)
    cookie = owner.cookies[COOKIE].value
    assert PASSWORD not in cookie
    for value in (cookie, cookie[:-2], "x|y:z", ""):
        for _guess in range(2):
            sign_in(browser(cookies=value), person, "wrong")
    row = AccessAttempt.objects.get(username=person.email, user_agent="")
    assert row.failures_since_start >= 5
    assert not AccessAttempt.objects.filter(user_agent__startswith="device:").exists()


def test_guessing_from_many_addresses_is_slowed_but_the_owner_gets_in(
    person, django_capture_on_commit_callbacks
):
    owner = browser("192.0.2.5")
    sign_in(owner, person)
    owner.post("/accounts/logout/")
    for number in range(50):
        sign_in(browser(f"198.51.100.{number}"), person, "wrong")
    assert sign_in(browser("198.51.100.200"), person).status_code == 429
    assert sign_in(owner, person).status_code == 302
    with django_capture_on_commit_callbacks(execute=True):
        browser().post("/accounts/password/forgotten/", {"email": person.email})
    path = re.search(r"http://[^/]+(/\S+)", mail.outbox[-1].body).group(1)
    fresh = browser("192.0.2.77")
    fresh.post(path, {"password": "neel-Gagan-77", "again": "neel-Gagan-77"})
    for number in range(50):
        sign_in(browser(f"198.51.100.{number}"), person, "wrong")
    assert sign_in(fresh, person, "neel-Gagan-77").status_code == 302


def test_waiting_ends_the_lock(person):
    for _guess in range(9):
        sign_in(browser(), person, "wrong")
    assert AccessAttempt.objects.get(username=person.email, user_agent="").failures_since_start == 5
    AccessAttemptExpiration.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sign_in(browser(), person).status_code == 302
    assert not AccessAttempt.objects.filter(username=person.email, user_agent="").exists()
