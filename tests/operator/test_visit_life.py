"""A visit lasts as long as it should: rules for people do not stop it, and its jobs end with it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django_tenants.utils import get_tenant_model

from apps.accounts.models import RequireFor, SignInPolicy, User
from apps.accounts.selectors import OPERATOR_EMAIL
from apps.accounts.services import sessions
from apps.core.actor import current_actor
from apps.core.tenant import organisation_context
from apps.parties.models import Party
from apps.platform.models import Override
from apps.platform.services import override
from apps.runtime.models import Job
from apps.runtime.services import jobs
from apps.runtime.services.jobs import job_progress, run_job
from tests.kit.files import upload

pytestmark = pytest.mark.django_db


class Someone:
    pk = 900

    def __str__(self):
        return "Omkar"


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    """Jobs are run by the tests themselves."""
    monkeypatch.setattr(jobs, "enqueue", lambda *_args: True)


@pytest.fixture
def enter(acme):
    def make(**values):
        connection.set_schema_to_public()
        visit = override.override_ask(acme, by=Someone(), reason="Ticket 41", **values)
        browser = Client(HTTP_HOST="acme.localhost")
        token = override.override_link(visit, by=Someone())
        assert browser.post(f"/organisation/override/{token}/").status_code == 302
        inside()
        return visit, browser

    return make


def inside():
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))


def test_a_second_factor_for_all_does_not_shut_the_operator_in(enter, monkeypatch):
    monkeypatch.setattr("django.conf.settings.SESSION_SEEN_SECONDS", -1)  # looked at with each request
    with organisation_context("org_acme"):
        SignInPolicy.objects.create(require_for=RequireFor.ALL, methods=["totp"])
    _visit, browser = enter()
    for _again in range(2):
        assert browser.get("/admin/parties/party/").status_code == 200
    person = User(email="asha@acme.example", pk=1)
    inside()
    assert sessions.factor_missing(person)  # the rule is in force for everybody else


def test_who_signs_out_has_left(enter):
    visit, browser = enter()
    assert browser.post("/accounts/logout/").status_code == 302
    connection.set_schema_to_public()
    visit.refresh_from_db()
    assert (visit.state, visit.ended_why) == ("ended", "left")


def large_import(browser):
    """The job of an import that is too large to be done at once."""
    rows = "".join(f"Firm {n} Ltd,Firm {n},yes\n" for n in range(1, 802))
    file = upload("firms.csv", f"legal_name,display_name,is_customer\n{rows}".encode())
    answer = browser.post("/api/v1/parties/parties/import/", {"file": file, "mode": "skip_bad"})
    assert answer.status_code == 202, answer.content
    inside()
    return Job.objects.get(pk=answer.json()["data"]["job"])


def test_a_large_import_of_a_writing_visit_runs_within_it(enter):
    visit, browser = enter(may_write=True)
    job = large_import(browser)
    assert job.visit_id == visit.pk
    run_job("org_acme", job.pk)
    inside()
    job.refresh_from_db()
    assert (job.state, job.message) == ("done", "")
    row = Party.history.model.objects.get(legal_name="Firm 700 Ltd")
    assert (row.actor_kind, row.actor_label) == ("operator", "Omkar (platform operator)")
    assert current_actor().visit is None
    assert not User.objects.get(email=OPERATOR_EMAIL).access.permissions  # nothing of it stays with him


def test_after_the_visit_it_does_nothing(enter):
    visit, browser = enter(may_write=True)
    job = large_import(browser)
    connection.set_schema_to_public()
    override.override_end(visit, why="left")
    run_job("org_acme", job.pk)
    inside()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "visit in which this was begun is over" in job.message
    assert not Party.objects.filter(legal_name__startswith="Firm ").exists()


def test_one_that_runs_stops_when_the_visit_ends(enter, monkeypatch):
    visit, browser = enter(may_write=True)
    job = large_import(browser)

    def first_chunk(job, **_arguments):
        Override.objects.filter(pk=visit.pk).update(state="ended")
        job_progress(job, 500, 801)
        raise AssertionError("went on")

    monkeypatch.setitem(jobs._tasks, "datatools.run_import", first_chunk)
    run_job("org_acme", job.pk)
    inside()
    job.refresh_from_db()
    assert (job.state, "visit" in job.message) == ("failed", True)
