"""Backup, restore, whole export and the end of an organisation, while stored files lie in a bucket."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from apps.accounts.models import User
from apps.backup.models import DataExport
from apps.backup.services.exports import export_give, export_make, export_ready
from apps.backup.services.making import backup_make
from apps.backup.services.restoring import backup_restore, manifest_read, restore_differences
from apps.core.errors import Unavailable
from apps.core.sealed_stream import BackupDamaged
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.files.models import StoredFile
from apps.files.services.storage import file_read, file_store
from apps.tenancy.models import Organisation
from apps.tenancy.services.deletion import organisation_delete
from tests.kit.store import served


@pytest.fixture
def store(owner, place, settings, monkeypatch, tmp_path):
    with served(tmp_path / "store", monkeypatch) as running:
        settings.FILES_S3_ENDPOINT, settings.FILES_TARGET = running.url, "s3://keep/files"
        yield running


def two_files():
    from apps.company.services.settings import settings_save

    asha = User.objects.get(email="asha@acme.example")
    plain = file_store(SimpleUploadedFile("plain.txt", b"was there before"), by=None)
    run_in_unit_of_work(lambda: settings_save("files", {"encrypt": True}, by=asha))
    return plain, file_store(SimpleUploadedFile("secret.txt", b"Meera Iyer"), by=None)


def of(store, schema):
    return [key for key in store.keys() if key.startswith(f"files/{schema}/")]  # noqa: SIM118 - not a dict


def test_backed_up_restored_proved_and_deleted(store):
    with organisation_context("org_acme"):
        plain, secret = two_files()
        made = backup_make()
        manifest = manifest_read(made.name)
    backup_restore(made.name, slug="twin")
    assert len(of(store, "org_twin")) == 2
    with organisation_context("org_twin"):
        assert file_read(StoredFile.objects.get(path=plain.path)) == b"was there before"
        assert file_read(StoredFile.objects.get(path=secret.path)) == b"Meera Iyer"
        default_storage.save(f"org_twin/{plain.path}", ContentFile(b"swapped"))
        assert plain.path in restore_differences("org_twin", manifest)
    organisation_delete(Organisation.objects.get(slug="twin"))
    assert of(store, "org_twin") == []
    assert len(of(store, "org_acme")) == 2


def test_a_store_that_is_away_fails_the_backup_instead_of_leaving_files_out(store):
    with organisation_context("org_acme"):
        two_files()
        store.stop()
        with pytest.raises(Unavailable):
            backup_make()


def test_a_restore_that_fails_leaves_nothing_in_the_bucket(store, monkeypatch):
    with organisation_context("org_acme"):
        two_files()
        made = backup_make()
    monkeypatch.setattr("apps.backup.services.restoring.restore_differences", lambda *args: ["one"])
    with pytest.raises(BackupDamaged):
        backup_restore(made.name, slug="twin")
    assert of(store, "org_twin") == []


def test_a_whole_export_waits_in_the_bucket_and_goes_when_it_was_taken(store):
    with organisation_context("org_acme"):
        two_files()
        asha = User.objects.get(email="asha@acme.example")
        row = DataExport.objects.create(owner_id=asha.pk)
        export_make(row, progress=lambda done, total: None)
        export_ready(row)
        (waiting,) = of(store, "org_acme/exports")
        assert b"Meera" not in store.file(waiting).read_bytes()
        with transaction.atomic():
            _row, stream = export_give(row.pk, by=asha)
        content = stream.read()
        stream.close()
    assert hashlib.sha256(content).hexdigest() == row.sha256
    archive = zipfile.ZipFile(io.BytesIO(content))
    found = {archive.read(name) for name in archive.namelist() if name.startswith("files/")}
    assert {b"was there before", b"Meera Iyer"} <= found
    assert of(store, "org_acme/exports") == []
