"""Jobs: accepted with their cause, run once, followed, cancelled and repeated by those who may."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.services.users import user_deactivate, user_delete
from apps.messaging.models import Notification
from apps.runtime.models import Job, JobState
from apps.runtime.services import jobs
from apps.runtime.services.holds import held, is_held
from apps.runtime.services.jobs import hold_name, job_start, run_job, waiting_jobs_requeue
from apps.runtime.services.outbox import outbox_deliver
from tests.runtime import tasks_kit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queued(monkeypatch):
    """What goes to the queue, instead of the queue."""
    calls = []
    monkeypatch.setattr(jobs, "enqueue", lambda entry, *args: calls.append((entry, *args)) or True)
    return calls


def run(job):
    run_job("org_acme", job.pk)
    from django.db import connection
    from django_tenants.utils import get_tenant_model

    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))
    job.refresh_from_db()
    return job


def test_job_is_queued_after_commit_runs_and_tells_its_owner(
    api_as, user_with, queued, django_capture_on_commit_callbacks
):
    ravi = user_with()
    with django_capture_on_commit_callbacks(execute=True):
        job = job_start(tasks_kit.count_rows, title="Count", by=ravi, rows=3)
        assert queued == []
    assert queued == [("jobs.run_job", "org_acme", job.pk)]
    run(job)
    seen = api_as(ravi).get(f"jobs/{job.pk}/")["data"]
    assert (seen["status"], seen["done"], seen["total"], seen["progress"]) == ("done", 3, 3, 100)
    assert seen["result_url"] == "/admin/"
    outbox_deliver()
    assert Notification.objects.get(user=ravi).event == "job.finished"
    run(job)
    assert job.attempts == 1


@pytest.mark.parametrize(
    ("task", "message"), [("refuse", "Not today."), ("stumble", "ZeroDivisionError: oops")]
)
def test_failed_job_says_why(api, administrator, task, message):
    job = run(job_start(getattr(tasks_kit, task), title="X", by=administrator))
    seen = api.get(f"jobs/{job.pk}/")["data"]
    assert (seen["status"], seen["error"]) == ("failed", message)
    outbox_deliver()
    assert Notification.objects.get(user=administrator).event == "job.failed"


def test_person_sees_and_stops_only_his_own_jobs(api, api_as, user_with):
    ravi, meera = user_with(), user_with()
    job = job_start(tasks_kit.count_rows, title="Mine", by=ravi, rows=1)
    api_as(meera).get(f"jobs/{job.pk}/", 404)
    api_as(meera).post(f"jobs/{job.pk}/cancel/", expect=404)
    assert api_as(meera).get("jobs/")["data"] == []
    viewer = api_as(user_with("runtime.view_job"))
    assert [row["id"] for row in viewer.get("jobs/")["data"]] == [job.pk]
    viewer.post(f"jobs/{job.pk}/cancel/", expect=403)
    assert api.get("jobs/", owner=ravi.pk)["meta"]["pagination"]["total"] == 1
    cancelled = api_as(ravi).post(f"jobs/{job.pk}/cancel/", expect=200)["data"]
    assert cancelled["status"] == "cancelled"
    run(job)
    assert job.attempts == 0
    answer = api_as(ravi).post(f"jobs/{job.pk}/cancel/", expect=409)
    assert answer["errors"][0]["code"] == "invalid_transition"
    assert api_as(ravi).post(f"jobs/{job.pk}/retry/", expect=200)["data"]["status"] == "waiting"
    assert run(job).state == JobState.DONE
    manager = api_as(user_with("runtime.view_job", "runtime.manage_jobs"))
    manager.post(f"jobs/{job.pk}/cancel/", expect=409)


def test_running_job_stops_at_its_next_report(administrator, monkeypatch):
    job = job_start(tasks_kit.count_rows, title="Long", by=administrator, rows=5)
    Job.objects.filter(pk=job.pk).update(cancel_asked_at=timezone.now())
    run(job)
    assert (job.state, job.done_count) == (JobState.CANCELLED, 1)


def test_job_whose_worker_died_is_queued_again_and_one_that_runs_is_not(administrator, queued):
    dead = job_start(tasks_kit.count_rows, title="Dead", by=administrator, rows=1)
    alive = job_start(tasks_kit.count_rows, title="Alive", by=administrator, rows=1)
    Job.objects.filter(pk__in=[dead.pk, alive.pk]).update(state=JobState.RUNNING, attempts=1)
    with held(hold_name("org_acme", alive.pk)) as ours:
        assert ours
        assert is_held(hold_name("org_acme", alive.pk))
        assert waiting_jobs_requeue() == 1
        assert queued == [("jobs.run_job", "org_acme", dead.pk)]
    assert not is_held(hold_name("org_acme", alive.pk))
    assert run(dead).state == JobState.DONE
    assert dead.attempts == 2


def test_job_that_kills_its_worker_each_time_is_given_up(administrator):
    job = job_start(tasks_kit.count_rows, title="Deadly", by=administrator, rows=1)
    for crashes in range(jobs.MAX_CRASHES):
        assert jobs._take(job.pk) is not None  # and nothing more: its process is gone
        job.refresh_from_db()
        assert (job.state, job.crashes) == (JobState.RUNNING, crashes)
    run(job)
    assert job.state == JobState.FAILED
    assert job.message


def test_job_is_not_blamed_for_the_ends_of_workers_and_database(administrator, monkeypatch):
    job = job_start(tasks_kit.count_rows, title="Unlucky", by=administrator, rows=1)
    for life in range(3 * jobs.MAX_CRASHES):
        monkeypatch.setattr(jobs, "LIFE", f"life {life}")
        assert jobs._take(job.pk) is not None
    monkeypatch.setattr(jobs, "LIFE", "the last")
    assert run(job).state == JobState.DONE
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=jobs.MAX_ATTEMPTS)
    assert run(job).state == JobState.FAILED


def test_job_that_the_queue_lost_is_queued_again(administrator, queued):
    job = job_start(tasks_kit.count_rows, title="Lost", by=administrator, rows=1)
    assert waiting_jobs_requeue() == 0
    Job.objects.filter(pk=job.pk).update(queued_at=timezone.now() - 2 * jobs.UNQUEUED_AFTER)
    assert waiting_jobs_requeue() == 1
    assert waiting_jobs_requeue() == 0
    assert queued == [("jobs.run_job", "org_acme", job.pk)]


def test_administrator_repeats_and_cancels_on_the_jobs_page(administrator, user_with):
    job = run(job_start(tasks_kit.stumble, title="Import of parties", by=user_with()))
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    page = browser.get("/admin/runtime/job/")
    assert page.status_code == 200
    assert "Import of parties" in page.text
    answer = browser.post("/admin/runtime/job/", {"action": "retry_jobs", "_selected_action": [job.pk]})
    assert answer.status_code == 302
    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert browser.get(f"/admin/runtime/job/{job.pk}/change/").status_code == 200
    viewer = Client(HTTP_HOST="acme.localhost")
    viewer.force_login(user_with("runtime.view_job"), backend="apps.accounts.backends.RoleBackend")
    viewer.post("/admin/runtime/job/", {"action": "cancel_jobs", "_selected_action": [job.pk]})
    job.refresh_from_db()
    assert job.state == JobState.WAITING


def test_work_of_somebody_who_is_switched_off_does_not_begin_and_stops(user_with, administrator, monkeypatch):
    ravi, meera = user_with(), user_with()
    waiting = job_start(tasks_kit.count_rows, title="Count", by=ravi, rows=3)
    user_deactivate(user=ravi, by=administrator)
    run(waiting)
    assert (waiting.state, waiting.message) == ("failed", "Whoever began this is switched off.")

    def half(job, **_arguments):
        jobs.job_progress(job, 1, 2)
        user_delete(user=meera, by=administrator)
        monkeypatch.setattr(jobs, "PUSH_EVERY", 0.0)
        jobs.job_progress(job, 1, 2)
        raise AssertionError("went on")

    monkeypatch.setitem(jobs._tasks, jobs._name_of(tasks_kit.count_rows), half)
    running = run(job_start(tasks_kit.count_rows, title="Count", by=meera, rows=2))
    assert (running.state, running.message) == ("failed", "Whoever began this is switched off.")
