"""The real worker process: killed, stopped, absent. Jobs wait, run again and end once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection

from apps.core.errors import Refused
from apps.core.events import emit
from apps.core.uow import run_in_unit_of_work
from apps.documents.events import CommentAdded
from apps.messaging.models import MailMessage, MailState
from apps.messaging.services.mail import mail_queue
from apps.parties.models import Party
from apps.runtime.models import JobState, OutboxEvent
from apps.runtime.services.holds import is_held
from apps.runtime.services.jobs import hold_name, job_start
from tests.factories.accounts import make_user
from tests.kit.database import run_time_url
from tests.runtime import tasks_kit

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.full
START = (
    "import django; django.setup(); import tests.runtime.tasks_kit as kit; kit.listen(); "
    "from django.core.management import call_command; call_command('run_worker')"
)


class Worker:
    """``manage.py run_worker`` on the scratch database, with the tests' own tasks."""

    def __init__(self, database: str) -> None:
        env = {
            **os.environ,
            "DATABASE_URL": run_time_url(database),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "PYTHONPATH": str(ROOT),
        }
        env.pop("DATABASE_OWNER_URL", None)
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", START], cwd=ROOT, env=env, stderr=subprocess.DEVNULL
        )

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(part) for part in path.read_text().split()]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, within: float = 15) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=within)


@pytest.fixture
def start_worker(commits):
    started = []

    def start():
        worker = Worker(commits)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        if worker.process.poll() is None:
            worker.kill()


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def entered(code, seconds=0.0):
    """A job entered as a page does it, in its own transaction."""
    owner = make_user()
    return run_in_unit_of_work(
        lambda: job_start(tasks_kit.make_party, title=code, by=owner, code=code, seconds=seconds)
    )


def state(job):
    job.refresh_from_db()
    return job.state


def gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_jobs_wait_for_the_worker_and_run_when_it_comes(start_worker):
    jobs = [entered(f"W{number}") for number in range(5)]
    assert {state(job) for job in jobs} == {JobState.WAITING}
    worker = start_worker()
    wait_for(lambda: all(state(job) == JobState.DONE for job in jobs))
    assert Party.objects.filter(display_name__startswith="W").count() == 5
    began = time.monotonic()
    late = entered("L")
    wait_for(lambda: state(late) == JobState.DONE)
    assert time.monotonic() - began < 5
    assert worker.stop() == 0


def test_killed_worker_leaves_no_orphans_and_its_job_runs_again_and_ends_once(start_worker):
    worker = start_worker()
    job = entered("K", seconds=4)
    wait_for(lambda: state(job) == JobState.RUNNING and Party.objects.filter(display_name="K").exists())
    family = worker.children()
    assert len(family) == 3
    worker.kill()
    wait_for(lambda: all(gone(pid) for pid in family), 10)
    wait_for(lambda: not is_held(hold_name("org_acme", job.pk)), 10)
    assert state(job) == JobState.RUNNING
    start_worker()
    wait_for(lambda: state(job) == JobState.DONE)
    assert job.attempts == 2
    assert Party.objects.filter(display_name="K").count() == 1


def test_killed_processes_below_the_worker_are_replaced(start_worker):
    worker = start_worker()
    job = entered("S", seconds=3)
    wait_for(lambda: state(job) == JobState.RUNNING)
    for pid in worker.children():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: state(job) == JobState.DONE)
    assert job.attempts == 2
    wait_for(lambda: len(worker.children()) == 3)
    assert worker.process.poll() is None


def test_worker_lives_through_a_cut_of_all_its_connections(start_worker):
    start_worker()
    first = entered("A")
    wait_for(lambda: state(first) == JobState.DONE)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
        )
    second = entered("B")
    wait_for(lambda: state(second) == JobState.DONE, 90)


def test_mail_that_waited_is_sent_by_the_worker(start_worker, settings):
    settings.CALLS_INLINE = False
    queued = mail_queue(to=["a@x.example"], subject="Hello", text="Hello")
    assert not mail.outbox
    start_worker()
    wait_for(lambda: MailMessage.objects.get(pk=queued.pk).state == MailState.SENT)
    assert MailMessage.objects.get(pk=queued.pk).attempts == 1


def test_mail_leaves_while_every_job_process_is_busy(start_worker, settings):
    settings.CALLS_INLINE = False
    start_worker()
    long = [entered(f"B{number}", seconds=20) for number in range(2)]
    wait_for(lambda: all(state(job) == JobState.RUNNING for job in long))
    queued = mail_queue(to=["a@x.example"], subject="Hello", text="Hello")
    wait_for(lambda: MailMessage.objects.get(pk=queued.pk).state == MailState.SENT, 10)
    assert {state(job) for job in long} == {JobState.RUNNING}


def test_no_event_is_lost_doubled_or_made_up_while_the_worker_is_killed_again_and_again(start_worker):
    committed, number, kills = set(), 0, 0

    def work():
        emit(CommentAdded("parties.party", number, 0, 1, ()))
        if number % 5 == 0:
            raise Refused("rolled back")

    def delivered():
        return OutboxEvent.objects.exclude(done_at=None).count()

    worker, before, end = start_worker(), 0, time.monotonic() + 150
    while kills < 4 and time.monotonic() < end:
        number += 1
        try:
            run_in_unit_of_work(work)
            committed.add(f"E{number}")
        except Refused:
            pass
        if delivered() > before:  # it is in the middle of delivering
            worker.kill()
            kills += 1
            worker, before = start_worker(), delivered()
    assert kills == 4
    wait_for(lambda: not OutboxEvent.objects.filter(done_at=None).exists(), 90)
    seen = list(Party.objects.filter(legal_name="event").values_list("display_name", flat=True))
    assert len(seen) == len(set(seen))
    assert set(seen) == committed
    assert len(committed) == number - number // 5
