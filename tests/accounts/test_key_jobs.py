"""What an API key begins in the background does no more than the key may, and it sees no other work."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django_tenants.utils import get_tenant_model

from apps.accounts.models import User
from apps.accounts.services.keys import key_make
from apps.core.actor import Actor, reset_actor, set_actor
from apps.messaging.services.notifications import notify
from apps.runtime.models import Job
from apps.runtime.services import jobs
from apps.runtime.services.jobs import run_job
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
EXPORT = "parties/parties/export/?format=csv&background=true"


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    """Jobs are run by the tests themselves."""
    monkeypatch.setattr(jobs, "enqueue", lambda *_args: True)


@pytest.fixture
def person(user_with):
    return user_with("parties.*", "datatools.*", "accounting.view_party_dues")


def client_with(person, *scopes):
    client = ApiClient()
    _row, text = key_make(user=person, name="Till", scopes=scopes, days=30)
    client.client.credentials(HTTP_AUTHORIZATION=f"Api-Key {text}")
    return client


def made(client):
    """(the job's id, the columns of the file that it made)."""
    job = client.get(EXPORT, expect=202)["data"]["job"]
    run_job("org_acme", job)
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))
    told = client.get(f"jobs/{job}/")["data"]
    assert told["status"] == "done", told
    answer = client.client.get(told["result"]["file"])
    assert answer.status_code == 200, answer.content
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    return job, row


def test_large_export_by_a_key_holds_what_the_key_may_see(person):
    make_customer(pan="AAACM1234F")
    narrow = client_with(person, "parties.view_party", "parties.export_party")
    _job, whole = made(ApiClient(person))
    _job, part = made(narrow)
    assert whole["pan"] == "AAACM1234F"
    assert "AAACM1234F" not in part.values()
    _job, everything = made(client_with(person, "*"))
    assert everything == whole


def test_scopes_go_on_to_what_such_a_job_begins(person):
    narrow = client_with(person, "parties.view_party", "parties.export_party")
    job = Job.objects.get(pk=narrow.get(EXPORT, expect=202)["data"]["job"])
    token = set_actor(Actor(kind="job", user=person, label="x", scopes=tuple(job.scopes)))
    try:
        fresh = User.objects.get(pk=person.pk)
        assert fresh.access.has("parties.view_party")
        assert not fresh.access.has("parties.change_party")
        assert jobs.job_start(jobs._tasks["datatools.run_export"], title="x", by=fresh).scopes == job.scopes
    finally:
        reset_actor(token)
    assert User.objects.get(pk=person.pk).access.has("parties.change_party")


def test_a_narrow_key_sees_and_touches_its_own_jobs_only_and_no_notifications(person):
    mine = ApiClient(person).get(EXPORT, expect=202)["data"]["job"]
    Job.objects.filter(pk=mine).update(state="failed")
    notify([person], event="document.moved", title="A large order of Rekha's")
    narrow = client_with(person, "parties.view_party", "parties.export_party", "parties.change_party")
    narrow.get(f"jobs/{mine}/", 404)
    narrow.post(f"jobs/{mine}/retry/", {}, 404)
    assert narrow.get("messaging/notifications/")["data"] == []
    begun = narrow.get(EXPORT, expect=202)["data"]["job"]
    assert [row["id"] for row in narrow.get("jobs/")["data"]] == [begun]
    narrow.post(f"jobs/{begun}/cancel/", {}, 200)
    for scopes in (("*",), ("read",)):
        assert client_with(person, *scopes).get("messaging/notifications/")["data"]
    client_with(person, "*").get(f"jobs/{mine}/")
