"""The page's socket on the real ASGI application, database and layer."""

from __future__ import annotations

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.models import User
from apps.core.live import close_sockets, push_to_user
from apps.core.tenant import organisation_context
from apps.messaging import consumers
from apps.messaging.models import Notification
from apps.messaging.services.notifications import notify
from tests.factories.accounts import make_user
from tests.kit.sockets import Page, run


def session_of(user, host="acme.localhost"):
    client = Client(HTTP_HOST=host)
    client.force_login(user, backend="apps.accounts.backends.RoleBackend")
    return client.cookies["sessionid"].value


def in_acme(function, *args, **kwargs):
    def call():
        with organisation_context("org_acme"):
            return function(*args, **kwargs)

    return sync_to_async(call, thread_sensitive=False)()


def told(user, title="Hello"):
    return in_acme(notify, [user], event="document.moved", title=title)


def test_open_page_hears_of_a_notification_and_of_reading_it(commits_shared):
    user = make_user()
    session = session_of(user)

    async def scenario():
        async with Page(session=session) as page:
            assert page.accepted
            assert (await page.next("live.ready"))["data"] == {"user": user.pk, "unread": 0}
            (row,) = await told(user)
            heard = await page.next("notification.new")
            assert heard["id"] == f"n{row.pk}"
            assert heard["at"]
            assert heard["data"]["title"] == "Hello"
            assert heard["data"]["unread_count"] == 1
            await in_acme(push_to_user, user.pk, "job.progress", {"id": 5, "note": "x" * 30_000})
            assert len((await page.next("job.progress"))["data"]["note"]) == 30_000

    run(scenario)


def test_page_hears_nothing_of_others_nor_of_another_organisation(commits_shared):
    user, other = make_user(), make_user()
    session = session_of(user)

    def push_elsewhere():
        with organisation_context("org_zenith"):
            push_to_user(user.pk, "secret", {})

    async def scenario():
        async with Page(session=session) as page:
            await page.next("notification.count")
            await told(other)
            await sync_to_async(push_elsewhere, thread_sensitive=False)()
            await told(user, "mine")
            assert (await page.next())["data"]["title"] == "mine"

    run(scenario)


def test_stranger_is_closed_after_five_seconds_and_token_lets_in(commits_shared, monkeypatch):
    monkeypatch.setattr(consumers, "AUTH_SECONDS", 0.3)
    user = make_user()
    token = str(BoundRefreshToken.for_user(user).access_token)

    async def scenario():
        async with Page() as page:
            assert page.accepted
            await page.say("since", id="n1")
            assert (await page.next("error"))["data"]["code"] == "not_authenticated"
            assert await page.closed() == consumers.UNAUTHENTICATED
        async with Page(origin=None) as page:
            await page.send_to(json.dumps({"type": "auth", "token": token}))
            assert (await page.next("live.ready"))["data"]["user"] == user.pk
            await asyncio.sleep(0.5)
            await page.say("ping")
            await page.next("pong")
        async with Page(host="zenith.localhost", origin="http://zenith.localhost") as page:
            await page.send_to(json.dumps({"type": "auth", "token": token}))
            assert await page.closed() == consumers.UNAUTHENTICATED

    run(scenario)


def test_foreign_origin_unknown_host_and_foreign_session_stay_outside(commits_shared, monkeypatch):
    monkeypatch.setattr(consumers, "AUTH_SECONDS", 0.2)
    session = session_of(make_user())

    async def scenario():
        for page in (
            Page(session=session, origin="https://evil.example"),
            Page(session=session, origin="null"),
            Page(session=session, host="nobody.example", origin="http://nobody.example"),
            Page(session=session, host="platform.localhost", origin="http://platform.localhost"),
        ):
            assert not await page.connect()
        # A cookie without an Origin header is not a browser's page: it needs a token.
        for page in (
            Page(session=session, origin=None),
            Page(session=session, host="zenith.localhost", origin="http://zenith.localhost"),
            Page(session="broken"),
        ):
            async with page:
                assert await page.closed() == consumers.UNAUTHENTICATED

    run(scenario)


def test_reconnecting_page_gets_what_it_missed_once(commits_shared):
    user = make_user()
    session = session_of(user)

    async def scenario():
        async with Page(session=session) as page:
            await page.next("notification.count")
            await told(user, "first")
            last = (await page.next("notification.new"))["id"]
        await told(user, "second")
        await told(user, "third")
        async with Page(session=session) as page:
            await page.next("notification.count")
            await page.say("since", id=last)
            seen = [(await page.next("notification.new"))["data"]["title"] for _ in range(3)]
            assert seen == ["first", "second", "third"]  # the page drops the first by its id
            assert (await page.next("notification.count"))["data"]["unread"] == 3
            for odd in ("n99999999", "t99", "", "x" * 90, "n١", "t1763700000000-aa"):
                await page.say("since", id=odd)
                await page.next("notification.count")

    run(scenario)


def test_signing_out_and_switching_off_close_the_sockets(commits_shared):
    user = make_user()
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user, backend="apps.accounts.backends.RoleBackend")
    session, second = client.cookies["sessionid"].value, session_of(user)

    async def scenario():
        async with Page(session=session) as page, Page(session=second) as other:
            await page.next("notification.count")
            await other.next("notification.count")
            await sync_to_async(client.post, thread_sensitive=False)("/accounts/logout/")
            assert await page.closed() == consumers.UNAUTHENTICATED
            await other.say("ping")
            await other.next("pong")
            await in_acme(close_sockets, user.pk)
            assert await other.closed() == consumers.UNAUTHENTICATED

    run(scenario)


def test_recheck_closes_the_socket_of_a_user_who_was_switched_off(commits_shared, monkeypatch):
    monkeypatch.setattr(consumers, "RECHECK_SECONDS", 0.2)
    user = make_user()
    session = session_of(user)

    async def scenario():
        async with Page(session=session) as page:
            await page.next("notification.count")
            await asyncio.sleep(0.5)
            await page.say("ping")
            await page.next("pong")
            await in_acme(lambda: User.objects.filter(pk=user.pk).untracked_update(is_active=False))
            assert await page.closed() == consumers.UNAUTHENTICATED

    run(scenario)


@pytest.mark.parametrize("text", ["x", "[]", "{}", '{"type": 5}', '{"type": "chat.unknown"}', "[" * 5000])
def test_odd_messages_get_an_answer_not_a_crash(commits_shared, text):
    session = session_of(make_user())

    async def scenario():
        async with Page(session=session) as page:
            await page.next("notification.count")
            await page.send_to(text)
            assert (await page.next("error"))["data"]["code"] in ("invalid", "unknown")

    run(scenario)


def test_large_binary_and_too_many_messages_close_the_socket(commits_shared):
    session = session_of(make_user())

    async def scenario():
        async with Page(session=session) as page:
            await page.next("notification.count")
            await page.send_to("x" * (consumers.MAX_TEXT + 1))
            assert await page.closed() == consumers.TOO_LARGE
        async with Page(session=session) as page:
            await page.next("notification.count")
            await page.send_to(content=b"1")
            assert await page.closed() == consumers.TOO_LARGE
        async with Page(session=session) as page:
            await page.next("notification.count")
            for _ in range(int(consumers.BURST) + 3):
                await page.say("ping")
            assert await page.closed() == consumers.TOO_MUCH

    run(scenario)


def test_rolled_back_notification_is_never_pushed(commits_shared):
    user = make_user()
    session = session_of(user)

    def roll_back():
        from django.db import transaction

        try:
            with transaction.atomic():
                notify([user], event="document.moved", title="phantom")
                raise RuntimeError
        except RuntimeError:
            return

    async def scenario():
        async with Page(session=session) as page:
            await page.next("notification.count")
            await in_acme(roll_back)
            await told(user, "real")
            assert (await page.next("notification.new"))["data"]["title"] == "real"

    run(scenario)
    assert [row.title for row in Notification.objects.filter(user=user)] == ["real"]
