"""A large import whose job is stopped: it says so, can be taken back, or goes on where it stopped."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_tenants.utils import get_tenant_model

from apps.core.errors import Refused
from apps.core.uow import run_in_unit_of_work
from apps.datatools.importing import engine
from apps.datatools.models import ImportRun
from apps.datatools.services import undo
from apps.parties.models import Party
from apps.runtime.models import Job
from apps.runtime.services import jobs
from tests.kit.files import upload

pytestmark = pytest.mark.django_db
ROWS = 801


@pytest.fixture
def begun(administrator, monkeypatch):
    """(run, browser) of an import that waits for its job; chunks of 200 rows, each reported at once."""
    monkeypatch.setattr(jobs, "enqueue", lambda *_args: True)
    monkeypatch.setattr(jobs, "PUSH_EVERY", 0)
    monkeypatch.setattr(engine, "chunk_of", lambda _target: 200)
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator)
    rows = "".join(f"Firm {n} Ltd,Firm {n},yes\n" for n in range(ROWS))
    file = upload("firms.csv", f"legal_name,display_name,is_customer\n{rows}".encode())
    answer = browser.post("/api/v1/parties/parties/import/", {"file": file, "mode": "skip_bad"})
    assert answer.status_code == 202, answer.content
    inside()
    return ImportRun.objects.get(pk=answer.json()["data"]["id"]), browser


def inside():
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))


def worked(run):
    """Let the worker do its job, and read what came of it."""
    jobs.run_job("org_acme", run.job_id)
    inside()
    run.refresh_from_db()
    return Job.objects.get(pk=run.job_id)


def stop_after(run, count, monkeypatch):
    """Somebody asks the job to stop when so many records are in."""
    real = jobs.job_progress

    def report(job, done, total=None, message=""):
        if done >= count:
            Job.objects.filter(pk=run.job_id).update(cancel_asked_at=run.created_at)
        real(job, done, total, message)

    monkeypatch.setattr("apps.datatools.tasks.job_progress", report)


def test_one_whose_owner_may_not_work_any_more_does_not_run_for_ever(begun, administrator):
    run, browser = begun
    type(administrator).objects.filter(pk=administrator.pk).update(is_active=False)
    job = worked(run)
    assert (job.state, run.state, Party.objects.count()) == ("failed", "failed", 0)
    type(administrator).objects.filter(pk=administrator.pk).update(is_active=True)
    page = browser.get(reverse("import_run", args=[run.pk])).content.decode()
    assert "data-import-stopped" in page
    assert "Whoever began this is switched off" in page


def test_one_that_was_cancelled_goes_on_behind_what_is_in(begun, administrator, monkeypatch):
    run, _browser = begun
    with monkeypatch.context() as patched:
        stop_after(run, 200, patched)
        job = worked(run)
    assert (job.state, run.state, run.finished_at) == ("cancelled", "failed", None)
    assert 0 < Party.objects.count() < ROWS
    run_in_unit_of_work(lambda: jobs.job_retry(job, by=administrator))
    job = worked(run)
    assert (job.state, run.state) == ("done", "done")
    assert (Party.objects.count(), run.created_count) == (ROWS, ROWS)


def test_what_came_in_is_taken_back_and_then_nothing_goes_on(begun, administrator, monkeypatch):
    run, _browser = begun
    with monkeypatch.context() as patched:
        stop_after(run, 200, patched)
        job = worked(run)
    came = Party.objects.count()
    assert undo.undo_preview(run, by=administrator)["delete"] == came
    assert undo.undo_run(run, by=administrator) == {"undone": came, "stay": 0}
    assert Party.objects.count() == 0
    run_in_unit_of_work(lambda: jobs.job_retry(job, by=administrator))
    assert worked(run).state == "failed"
    assert (run.state, Party.objects.count()) == ("failed", 0)


def test_one_that_waits_cannot_be_taken_back(begun, administrator):
    run, _browser = begun
    with pytest.raises(Refused, match="finished"):
        undo.undo_require(run, administrator)
