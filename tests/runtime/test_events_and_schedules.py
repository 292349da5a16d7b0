"""Delivery with repeats, given-up events, repeated tasks, cleaning."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tenants.utils import get_tenant_model

from apps.core import events as core_events
from apps.core.events import Consumer
from apps.documents.events import CommentAdded
from apps.runtime.models import ENDED, IdempotencyKey, InboxEntry, Job, OutboxEvent, ScheduleState
from apps.runtime.services import cleaning, outbox, schedule
from apps.runtime.services.outbox import event_retry, outbox_deliver, seconds_to_next
from apps.runtime.services.schedule import Schedule, Scheduler, due_times, run_scheduled

pytestmark = pytest.mark.django_db


@pytest.fixture
def consumer(monkeypatch):
    """A consumer of an event of its own; ``consumer.fail`` makes it stumble."""

    class Ear:
        heard, fail = [], False

        def __call__(self, payload):
            if self.fail:
                raise ValueError("not now")
            self.heard.append(payload)

    ear = Ear()
    ear.heard = []
    monkeypatch.setitem(
        core_events._consumers, "comment.added", [Consumer("kit.ear", "comment.added", "", ear)]
    )
    return ear


def announce():
    core_events.emit(CommentAdded("parties.party", 1, 2, 3, (4,)))
    return OutboxEvent.objects.get(name="comment.added")


def again_now(event):
    OutboxEvent.objects.filter(pk=event.pk).update(not_before=timezone.now())


def test_event_is_delivered_once(consumer):
    event = announce()
    assert outbox_deliver() == 1
    assert consumer.heard[0]["mentioned"] == [4]
    OutboxEvent.objects.filter(pk=event.pk).update(done_at=None)
    outbox_deliver()
    assert len(consumer.heard) == 1


def test_failed_delivery_comes_again_and_is_given_up_at_last(consumer, administrator):
    consumer.fail = True
    event = announce()
    assert outbox_deliver() == 0
    event.refresh_from_db()
    assert event.done_at is None
    assert "not now" in event.last_error
    assert 0 < seconds_to_next() <= 3
    for _ in range(outbox.MAX_ATTEMPTS):
        again_now(event)
        outbox_deliver()
    event.refresh_from_db()
    assert event.done_at is not None
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    page = browser.get("/admin/runtime/outboxevent/?state=given_up")
    assert "comment.added" in page.text
    consumer.fail = False
    browser.post("/admin/runtime/outboxevent/", {"action": "retry_events", "_selected_action": [event.pk]})
    assert outbox_deliver() == 1
    assert len(consumer.heard) == 1
    event.refresh_from_db()
    assert event.last_error == ""


def test_one_failing_consumer_does_not_stop_or_double_the_others(consumer, monkeypatch):
    def broken(payload):
        raise ValueError("broken")

    ears = [Consumer("kit.broken", "comment.added", "", broken), *core_events._consumers["comment.added"]]
    monkeypatch.setitem(core_events._consumers, "comment.added", ears)
    event = announce()
    outbox_deliver()
    again_now(event)
    outbox_deliver()
    assert len(consumer.heard) == 1
    event_retry(event)
    assert InboxEntry.objects.filter(event_id=event.pk).count() == 1


@pytest.fixture
def ticking(monkeypatch):
    """One schedule, every two seconds; the list holds its runs."""
    runs = []

    def work():
        runs.append(connection.schema_name)
        if len(runs) == 2:
            raise ValueError("second time")

    one = Schedule("kit.work", "", work, timedelta(seconds=2), None)
    monkeypatch.setattr(schedule, "_schedules", {"kit.work": one})
    monkeypatch.setattr(schedule, "load_modules", lambda _name: None)
    return runs


def run_due():
    run_scheduled("org_acme", "kit.work")
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))


def make_due(seconds=1):
    ScheduleState.objects.filter(name="kit.work").update(due_at=timezone.now() - timedelta(seconds=seconds))


def test_repeated_task_runs_when_due_and_goes_on_after_a_fault(ticking):
    due_times()
    run_due()
    assert ticking == []
    make_due()
    run_due()
    run_due()
    assert ticking == ["org_acme"]
    make_due()
    run_due()
    state = ScheduleState.objects.get(name="kit.work")
    assert "second time" in state.error
    make_due(seconds=900)
    run_due()
    state.refresh_from_db()
    assert state.error == ""
    assert state.due_at > timezone.now()  # what was missed is not made up one by one
    assert len(ticking) == 3


def test_scheduler_queues_what_is_due_in_every_organisation_once(ticking, monkeypatch):
    queued = []
    monkeypatch.setattr(schedule, "enqueue", lambda *call: queued.append(call) or True)
    scheduler = Scheduler()
    scheduler.tick()
    assert queued == []
    for key in scheduler.due:
        scheduler.due[key] = timezone.now() - timedelta(seconds=1)
    scheduler.tick()
    scheduler.tick()
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))
    assert sorted(call[1] for call in queued) == ["org_acme", "org_zenith"]
    assert {call[0] for call in queued} == {"schedule.run_scheduled"}


def test_daily_task_follows_the_clock_of_the_organisation():
    daily = Schedule("kit.daily", "", lambda: None, None, time(2, 30))
    now = timezone.datetime(2026, 11, 21, 20, 59, tzinfo=timezone.get_fixed_timezone(0))  # 02:29 in India
    assert daily.next_after(now).isoformat() == "2026-11-22T02:30:00+05:30"
    later = now + timedelta(minutes=2)
    assert daily.next_after(later).isoformat() == "2026-11-23T02:30:00+05:30"


def test_schedule_needs_one_of_every_and_at():
    with pytest.raises(ValueError, match="every or at"):
        schedule.scheduled()
    with pytest.raises(ValueError, match="every or at"):
        schedule.scheduled(every=timedelta(1), at=time(1))


def test_old_keys_events_and_jobs_go_and_young_or_open_ones_stay():
    now = timezone.now()
    old, young = now - timedelta(days=100), now - timedelta(days=1)
    for name, moment in (("old", old), ("young", young)):
        key = IdempotencyKey.objects.create(user_id=1, method="POST", path="/", key=name, body_hash="x")
        IdempotencyKey.objects.filter(pk=key.pk).update(created_at=moment)
        for error in ("", "given up"):
            OutboxEvent.objects.create(name=name + error, payload={}, done_at=moment, last_error=error)
        for state in ("done", "waiting"):
            Job.objects.create(task="x", title=name, state=state, finished_at=moment)
    OutboxEvent.objects.create(name="open", payload={})
    assert cleaning.idempotency_keys_clean() == 1
    cleaning.events_clean()
    cleaning.jobs_clean()
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["young"]
    assert set(OutboxEvent.objects.values_list("name", flat=True)) == {
        "oldgiven up", "young", "younggiven up", "open",
    }  # fmt: skip
    assert sorted(Job.objects.values_list("title", "state")) == [
        ("old", "waiting"), ("young", "done"), ("young", "waiting"),
    ]  # fmt: skip
    assert "waiting" not in ENDED
