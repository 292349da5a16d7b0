"""Whoever may change it sees how much is encrypted, has the rest done and the key changed."""

from __future__ import annotations

import time
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from apps.accounts.models import SignInSession
from apps.core.errors import Refused
from apps.core.secrets import new_key
from apps.core.uow import run_in_unit_of_work
from apps.files.models import FileKey, StoredFile
from apps.files.services.storage import file_keep, file_read
from apps.privacy.services import encryption
from apps.privacy.tasks import encrypt_files
from apps.runtime.models import Job
from apps.runtime.services.jobs import run_job
from tests.factories.accounts import make_user
from tests.kit.threads import run_in_threads

PASSWORD = "kalam-Dawat-9"


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    settings.SECRETS_KEYS = new_key()


def browser(*codes):
    client = Client(HTTP_HOST="acme.localhost")
    user = make_user(*codes, is_staff=True)
    assert client.post("/accounts/login/", {"email": user.email, "password": PASSWORD}).status_code == 302
    return client, user


def run():
    job = Job.objects.filter(task="privacy.run_encryption").latest("id")
    run_job("org_acme", job.pk)
    connection.set_schema("org_acme")
    job.refresh_from_db()
    return job


def test_page_encrypts_the_rest_and_changes_the_key_as_jobs(commits):
    from apps.company.services.settings import settings_save

    boss, user = browser("files.change_settings")
    file = file_keep(b"Meera Iyer", name="a.txt")
    assert "0 of 1 files" in boss.get("/data/file-encryption/").content.decode()
    settings_save("files", {"encrypt": True}, by=user)
    assert "Encrypt 1 file now" in boss.get("/data/file-encryption/").content.decode()
    assert boss.post("/data/file-encryption/now/").status_code == 302
    again = boss.post("/data/file-encryption/now/", follow=True).content.decode()
    assert "It is running already." in again
    assert run().result["encrypted"] == 1
    page = boss.get("/data/file-encryption/").content.decode()
    assert "1 of 1 files" in page
    before = FileKey.objects.get().pk
    boss.post("/data/file-encryption/now/", {"new_key": "1"})
    assert run().result["renewed"] == 1
    assert FileKey.objects.get().pk != before
    SignInSession.objects.update(confirmed_at=None)
    asked = boss.post(
        "/data/file-encryption/now/", {"new_key": "1"}, HTTP_REFERER="http://x/data/file-encryption/"
    )
    assert asked["Location"] == "/accounts/confirm/?next=%2Fdata%2Ffile-encryption%2F"  # himself first
    assert Job.objects.filter(task="privacy.run_encryption").count() == 2
    file.refresh_from_db()
    assert file_read(file) == b"Meera Iyer"


def test_over_the_api_it_runs_once_at_a_time_too(commits):
    boss, _user = browser("files.change_settings")
    path = "/api/v1/privacy/file-encryption/"
    assert boss.post(path, {}, content_type="application/json").status_code == 202
    again = boss.post(path, {"new_key": True}, content_type="application/json")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (409, "duplicate")
    assert Job.objects.filter(task="privacy.run_encryption").count() == 1


@pytest.mark.race
@pytest.mark.parametrize("guarded", [True, False])
def test_who_ask_at_the_same_moment_start_it_once(commits, monkeypatch, guarded):
    """The twin without the lock shows that the test would notice."""
    start = encryption.job_start

    def slowly(*args, **kwargs):
        time.sleep(0.5)
        return start(*args, **kwargs)

    monkeypatch.setattr(encryption, "job_start", slowly)
    if not guarded:
        monkeypatch.setattr(encryption, "advisory_lock", lambda key: None)
    boss = make_user("files.change_settings")
    found = run_in_threads(
        4,
        lambda _n: run_in_unit_of_work(lambda: encryption.encryption_start(by=boss, new_key=True).pk),
    )
    refused = [item for item in found if isinstance(item, Refused)]
    assert (len(refused) == 3) is guarded
    assert (Job.objects.filter(task="privacy.run_encryption").count() == 1) is guarded


@pytest.mark.django_db
def test_page_is_closed_to_others():
    other, _user = browser("catalog.view_product")
    assert other.get("/data/file-encryption/").status_code == 403
    assert other.post("/data/file-encryption/now/").status_code == 403


def test_night_and_command_do_what_the_setting_says(commits, settings):
    file_keep(b"one", name="a.txt")
    encrypt_files()
    assert StoredFile.objects.get().sealed_key == ""
    out = StringIO()
    call_command("encrypt_files", "acme", stdout=out)
    assert "0 files encrypted" in out.getvalue()
    call_command("encrypt_files", "acme", "--force", stdout=out)
    assert "acme: 1 files encrypted" in out.getvalue()
    connection.set_schema("org_acme")
    assert StoredFile.objects.get().sealed_key
    with pytest.raises(CommandError):
        call_command("encrypt_files", "nobody")
    with pytest.raises(CommandError):
        call_command("encrypt_files")
