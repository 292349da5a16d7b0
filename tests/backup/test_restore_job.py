"""Restoring as the operator's page asks for it: a job of the owner's process, taken up again when killed."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import AccessLog, User
from apps.backup.services.making import backup_make
from apps.backup.services.restore_jobs import backup_remove, backups_everywhere, restore_ask
from apps.backup.services.restoring import backup_restore
from apps.catalog.models import Product
from apps.core.errors import InvalidInput
from apps.core.tenant import organisation_context
from apps.tenancy.models import Organisation, OrganisationJob
from apps.tenancy.services.deletion import organisation_delete
from apps.tenancy.services.owner_jobs import job_run
from tests.factories.catalog import make_product


@pytest.fixture
def backup(owner, place) -> str:
    """A backup of acme, which is then deleted; its name."""
    with organisation_context("org_acme"):
        make_product("T-1")
        made = backup_make()
    connection.set_schema_to_public()
    organisation_delete(Organisation.objects.get(slug="acme"))
    return made.name


def test_deleted_organisation_is_restored_by_a_job_that_tells_its_proof(backup):
    assert backup in {item.name for item in backups_everywhere()}
    job = job_run(restore_ask(name=backup, slug="acme").pk)
    assert (job.state, job.error) == ("done", "")
    assert "equal to the backup by their hashes" in job.steps[-1]["text"]
    assert job.organisation.slug == "acme"
    with organisation_context("org_acme"):
        assert Product.objects.filter(code="T-1").exists()


@pytest.mark.parametrize(
    ("slug", "field"), [("zenith", "slug"), ("no good", "slug"), ("platform", "slug"), ("acme", "name")]
)
def test_names_that_are_no_good_or_taken_are_refused(backup, slug, field):
    name = backup if field == "slug" else "acme/../../etc/passwd"
    with pytest.raises(InvalidInput) as refused:
        restore_ask(name=name, slug=slug)
    assert refused.value.errors[0].field == field
    assert not OrganisationJob.objects.filter(work="restore").exists()


def test_a_name_is_restored_once_at_a_time(backup):
    restore_ask(name=backup, slug="acme")
    with pytest.raises(InvalidInput):
        restore_ask(name=backup, slug="acme")


def test_a_killed_restore_is_begun_anew(backup, monkeypatch):
    job = restore_ask(name=backup, slug="acme")

    class Killed(BaseException):
        """As a process that is gone: nothing tidies up."""

    def half(name, *, slug, progress, begun):
        from apps.backup.services import restoring

        monkeypatch.setattr(restoring, "_fill", lambda *a: (_ for _ in ()).throw(Killed))
        monkeypatch.setattr(restoring, "restore_undo", lambda organisation: None)
        try:
            return backup_restore(name, slug=slug, progress=progress, begun=begun)
        finally:
            monkeypatch.undo()

    made = []
    with pytest.raises(Killed):
        half(backup, slug="acme", progress=print, begun=made.append)
    OrganisationJob.objects.filter(pk=job.pk).update(organisation=made[0], state="running")
    done = job_run(job.pk)
    assert (done.state, done.error) == ("done", "")
    assert Organisation.objects.filter(slug="acme").count() == 1


def test_a_damaged_backup_ends_the_job_and_leaves_nothing(backup, tmp_path):
    (path,) = tmp_path.rglob(backup.rpartition("/")[2])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    job = job_run(restore_ask(name=backup, slug="acme").pk)
    assert job.state == "failed"
    assert job.error
    assert not Organisation.objects.filter(slug="acme").exists()


def test_page_lists_backups_and_takes_the_order(backup):
    operator = User(email="o@x.example", name="Omkar", is_superuser=True, is_staff=True)
    operator.set_password("kalam-Dawat-9")
    operator.save()
    browser = Client(HTTP_HOST="platform.localhost")
    assert browser.get("/admin/backups/").status_code == 302  # a stranger
    browser.post("/accounts/login/", {"email": "o@x.example", "password": "kalam-Dawat-9"})
    page = browser.get("/admin/backups/")
    assert backup.rpartition("/")[2] in page.content.decode()
    assert "Refresh" not in page
    refused = browser.post("/admin/backups/", {"name": backup, "slug": "zenith"})
    assert "There is an organisation of this name" in refused.content.decode()
    typed = '<input class="bahi-input" name="name" required'
    assert typed in page.content.decode()  # one in an organisation's own bucket is not listed
    for missing in ("acme/none.bahibackup", "../x.bahibackup", "/x.bahibackup", "x", ""):
        answer = browser.post("/admin/backups/", {"name": missing, "slug": "acme"})
        assert "There is no such backup." in answer.content.decode()
    assert browser.post("/admin/backups/", {"name": backup, "slug": "acme"}).status_code == 302
    connection.set_schema_to_public()
    assert OrganisationJob.objects.get(work="restore").asked_by == "Omkar (platform operator)"
    page = browser.get("/admin/backups/")
    assert page["Refresh"] == "3"
    assert "Waiting" in page.content.decode()


def test_backups_of_a_deleted_organisation_can_be_removed_for_good_those_of_others_not(backup):
    with organisation_context("org_zenith"):
        kept = backup_make().name
    for name in (kept, "acme/none.bahibackup", "../../etc/passwd"):
        with pytest.raises(InvalidInput) as refused:
            backup_remove(name)
        assert refused.value.errors[0].field == "name"
    job = restore_ask(name=backup, slug="acme-again")
    with pytest.raises(InvalidInput, match="being restored"):
        backup_remove(backup)
    OrganisationJob.objects.filter(pk=job.pk).update(state="failed")
    backup_remove(backup)
    left = {item.name for item in backups_everywhere()}  # other tests leave theirs in the folder of this run
    assert kept in left
    assert backup not in left
    assert AccessLog.objects.filter(detail__action="backup_removed", detail__source=backup).exists()
