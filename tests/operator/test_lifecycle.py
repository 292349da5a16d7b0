"""Life of an organisation: every step from every state, what each state answers, what the jobs do."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import AccessLog
from apps.core.errors import InvalidInput, Refused
from apps.core.tenant import is_served
from apps.messaging.socket_access import schema_of_host
from apps.runtime.services.dispatcher import active_schemas
from apps.tenancy.choices import JobState, OrganisationState
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.lifecycle import EFFECTS, STEPS, organisation_step
from apps.tenancy.models import Organisation, OrganisationJob
from apps.tenancy.services import owner_jobs

pytestmark = pytest.mark.django_db


def put(organisation, state, **more):
    Organisation.objects.filter(pk=organisation.pk).update(state=state, **more)
    organisation.refresh_from_db()
    forget_hosts()


@pytest.mark.parametrize("state", OrganisationState.values)
@pytest.mark.parametrize("name", list(STEPS))
def test_each_step_is_taken_from_its_states_only(acme, state, name):
    put(acme, state)
    step = STEPS[name]
    if state not in step.sources:
        with pytest.raises(Refused):
            organisation_step(acme, name, reason="why")
        acme.refresh_from_db()
        assert acme.state == state
        return
    if step.needs_reason:
        with pytest.raises(InvalidInput):
            organisation_step(acme, name, reason="  ")
    organisation_step(acme, name, reason="why")
    acme.refresh_from_db()
    assert acme.state == step.target
    entry = AccessLog.objects.first()
    assert (entry.event, entry.detail["action"], entry.detail["before"]) == ("platform", name, state)


@pytest.mark.parametrize("state", OrganisationState.values)
def test_each_state_answers_pages_calls_sign_in_sockets_and_jobs(acme, state):
    put(acme, state, state_reason="Because of the fee")
    effect = EFFECTS[state]
    client = Client(HTTP_HOST="acme.localhost")
    call = client.get("/api/v1/auth/me/")
    sign_in = client.post("/api/v1/auth/token/", {}, content_type="application/json")
    page = client.get("/accounts/login/")
    connection.set_schema_to_public()
    if effect.works:
        assert (page.status_code, call.status_code, sign_in.status_code) == (200, 401, 400)
    elif effect.setting_up:
        assert (page.status_code, call.status_code, sign_in.status_code) == (200, 503, 503)
        assert "data-setup-status" in page.content.decode() or state == "failed"
    else:
        assert (page.status_code, call.status_code, sign_in.status_code) == (effect.status,) * 3
        assert "Because of the fee" in page.content.decode()
        assert call.json()["errors"][0]["detail"] == "Because of the fee"
    assert (acme.schema_name in active_schemas()) is effect.works
    assert is_served(acme.schema_name) is effect.works
    assert bool(schema_of_host("acme.localhost")) is effect.works


def test_deletion_is_taken_back_to_where_it_was(acme):
    put(acme, "archived")
    organisation_step(acme, "schedule")
    assert acme.delete_after is not None
    assert "deleted after" in acme.state_reason
    organisation_step(acme, "undo")
    acme.refresh_from_db()
    assert (acme.state, acme.delete_after) == ("archived", None)


def test_only_what_is_due_is_deleted(acme):
    organisation_step(acme, "schedule")
    assert owner_jobs.deletions_due_start() == 0
    acme.delete_after = acme.created_at
    acme.save()
    assert owner_jobs.deletions_due_start() == 1
    acme.refresh_from_db()
    assert acme.state == "deleting"
    assert OrganisationJob.objects.get(organisation=acme).work == "delete"
    assert owner_jobs.deletions_due_start() == 0


def test_asked_twice_there_is_one_job(acme):
    put(acme, "approved")
    first, second = owner_jobs.provisioning_start(acme), owner_jobs.provisioning_start(acme)
    assert first.pk == second.pk


def test_job_of_a_killed_process_runs_again_and_one_that_is_held_does_not(acme, monkeypatch):
    put(acme, "approved")
    job = owner_jobs.provisioning_start(acme)
    queued = []
    monkeypatch.setattr(owner_jobs, "_enqueue", lambda pk: queued.append(pk) or True)
    assert owner_jobs.jobs_requeue(now=True) == 0  # waits in the queue, not long
    OrganisationJob.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=acme.created_at)
    with owner_jobs.held(owner_jobs.hold_name(job.pk)):
        assert owner_jobs.jobs_requeue() == 0
    assert owner_jobs.jobs_requeue() == 1
    assert queued == [job.pk]
