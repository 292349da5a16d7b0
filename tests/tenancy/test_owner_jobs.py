"""Set-ups and deletions with the owner's connection: killed half way, refused, done."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.core.errors import Refused
from apps.tenancy.choices import JobState
from apps.tenancy.lifecycle import organisation_step
from apps.tenancy.models import DeletionRecord, Organisation, OrganisationJob
from apps.tenancy.services import deletion, owner_jobs
from apps.tenancy.services.provisioning import organisation_create

pytestmark = pytest.mark.commits


def make(slug="brava"):
    setup = {"administrator": {"email": "b@brava.example", "name": "B", "language": "en"}}
    return organisation_create(slug=slug, setup=setup, state="approved")


def test_set_up_that_was_killed_half_way_is_done_again(owner):
    made = make()
    job = owner_jobs.provisioning_start(made)
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA org_brava")  # what a killed process left
    OrganisationJob.objects.filter(pk=job.pk).update(state=JobState.RUNNING, attempts=1)
    Organisation.objects.filter(pk=made.pk).update(state="provisioning")
    done = owner_jobs.job_run(job.pk)
    assert (done.state, done.error) == (JobState.DONE, "")
    made.refresh_from_db()
    assert (made.state, made.setup) == ("active", {})
    steps = OrganisationJob.objects.get(pk=job.pk).steps
    assert [step["text"] for step in steps][:2] == ["Building the tables", "Filling the masters"]
    assert owner_jobs.job_run(job.pk) is None


def test_process_that_always_dies_is_given_up_and_said_so(owner):
    made = make()
    job = owner_jobs.provisioning_start(made)
    OrganisationJob.objects.filter(pk=job.pk).update(attempts=owner_jobs.MAX_ATTEMPTS)
    assert owner_jobs.job_run(job.pk) is None
    made.refresh_from_db()
    assert (made.state, OrganisationJob.objects.get(pk=job.pk).state) == ("failed", "failed")


def test_deletion_keeps_a_signed_record_and_removes_tables_and_files(owner, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    made = make()
    owner_jobs.job_run(owner_jobs.provisioning_start(made).pk)
    made.refresh_from_db()
    (tmp_path / "org_brava").mkdir()
    (tmp_path / "org_brava" / "a.txt").write_text("x")
    organisation_step(made, "schedule")
    job = owner_jobs.deletion_start(made)
    seen = []
    deletion._before.append(lambda organisation: seen.append(organisation.slug) or {"backup": "there"})
    try:
        assert owner_jobs.job_run(job.pk).error == ""
    finally:
        deletion._before.pop()
    record = DeletionRecord.objects.get(slug="brava")
    assert (seen, record.facts["backup"]) == (["brava"], "there")
    assert deletion.record_is_true(record)
    record.name = "Other"
    assert not deletion.record_is_true(record)
    assert not Organisation.objects.filter(slug="brava").exists()
    assert not (tmp_path / "org_brava").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('org_brava')")
        assert cursor.fetchone()[0] is None


def test_backup_that_fails_stops_the_deletion(owner):
    made = make()
    owner_jobs.job_run(owner_jobs.provisioning_start(made).pk)
    made.refresh_from_db()
    organisation_step(made, "schedule")
    job = owner_jobs.deletion_start(made)

    def full(organisation):
        raise Refused("The backup disk is full.")

    deletion._before.append(full)
    try:
        owner_jobs.job_run(job.pk)
    finally:
        deletion._before.pop()
    made.refresh_from_db()
    assert (made.state, made.state_reason) == ("scheduled", "The backup disk is full.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace('org_brava')")
        assert cursor.fetchone()[0] is not None
    organisation_step(made, "undo")
    made.refresh_from_db()
    assert made.state == "active"
