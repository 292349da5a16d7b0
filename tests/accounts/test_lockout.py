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
from apps.accounts.models import AccessLink
from apps.accounts.services.lockout import ATTACKED_RULE, SECOND_RULE, SOURCE_RULE, lock_time

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
    assert lock_time(10**6, ATTACKED_RULE) == timedelta(hours=1)
    assert lock_time(0, ATTACKED_RULE) == lock_time(9, SECOND_RULE) == timedelta(0)
    assert lock_time(1, ATTACKED_RULE) == timedelta(seconds=30)
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


def attack(person, count=50, first=0):
    for number in range(first, first + count):
        sign_in(browser(f"198.51.100.{number}"), person, "wrong")


def test_guessing_from_many_addresses_locks_nobody_out_who_has_the_password(person, api_as):
    attack(person)
    clean = browser("192.0.2.5")  # a browser that was never here
    assert sign_in(clean, person).status_code == 302
    program = Client(HTTP_HOST="acme.localhost", REMOTE_ADDR="192.0.2.6")
    body = {"email": person.email, "password": PASSWORD}
    answer = program.post("/api/v1/auth/token/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content


def test_while_many_guess_each_address_has_one_try(person):
    attack(person)
    assert sign_in(browser("198.51.100.77"), person, "wrong").status_code == 429
    assert sign_in(browser("198.51.100.77"), person).status_code == 429  # even the right one has to wait
    calm = browser("198.51.100.3")
    earlier = timezone.now() - timedelta(hours=2)
    AccessAttempt.objects.filter(user_agent="everywhere").update(attempt_time=earlier)
    assert sign_in(calm, person, "wrong").status_code == 200  # it is over: five tries again
    assert sign_in(calm, person).status_code == 302


def test_addresses_of_one_network_of_the_new_kind_are_one_source(person):
    for number in range(5):
        sign_in(browser(f"2001:db8:1:2::{number + 1:x}"), person, "wrong")
    assert sign_in(browser("2001:db8:1:2:aaaa::1"), person).status_code == 429
    assert sign_in(browser("2001:db8:1:3::1"), person).status_code == 302


def test_addresses_of_the_old_kind_in_the_writing_of_the_new_one_are_themselves(person):
    for _time in range(5):
        sign_in(browser("::ffff:198.51.100.7"), person, "wrong")
    assert sign_in(browser("198.51.100.7"), person).status_code == 429
    assert sign_in(browser("::ffff:198.51.100.8"), person).status_code == 302


def ask_reset(person, commits, times=1):
    with commits(execute=True):
        for _time in range(times):
            browser().post("/accounts/password/forgotten/", {"email": person.email})


def links():
    return [re.search(r"http://[^/]+(/\S+)", message.body).group(1) for message in mail.outbox]


def test_stranger_who_asks_for_resets_neither_floods_nor_ends_the_link_in_hand(
    person, django_capture_on_commit_callbacks
):
    ask_reset(person, django_capture_on_commit_callbacks, 24)
    assert len(mail.outbox) == 1
    for minutes in range(1, 12):
        AccessLink.objects.update(created_at=timezone.now() - timedelta(minutes=minutes + 1))
        ask_reset(person, django_capture_on_commit_callbacks)
    assert len(mail.outbox) == 5  # enough are open: no more until one is used or too old
    for path in links():
        assert browser().get(path).status_code == 200
    fresh = browser("192.0.2.77")
    fresh.post(links()[0], {"password": "neel-Gagan-77", "again": "neel-Gagan-77"})
    assert {browser().get(path).status_code for path in links()} == {410}  # the others end with it
    attack(person)
    assert sign_in(fresh, person, "neel-Gagan-77").status_code == 302


def test_resets_of_a_day_are_counted(person, django_capture_on_commit_callbacks):
    for hours in range(2, 15):
        AccessLink.objects.update(
            created_at=timezone.now() - timedelta(hours=hours), expires_at=timezone.now() - timedelta(hours=1)
        )
        ask_reset(person, django_capture_on_commit_callbacks)
    assert len(mail.outbox) == 10


def test_waiting_ends_the_lock(person):
    for _guess in range(9):
        sign_in(browser(), person, "wrong")
    assert AccessAttempt.objects.get(username=person.email, user_agent="").failures_since_start == 5
    AccessAttemptExpiration.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert sign_in(browser(), person).status_code == 302
    assert not AccessAttempt.objects.filter(username=person.email, user_agent="").exists()
