"""An organisation is backed up, deleted and restored, and is the same to the last byte."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.test import Client

from apps.accounting.ledger import post
from apps.accounts.models import User
from apps.accounts.models.factor import SecondFactor
from apps.audit.models import AuditEntry
from apps.audit.services.chain import audit_verify
from apps.audit.tasks import follow_audit
from apps.backup.services import making
from apps.backup.services.making import backup_make, backups_of, backups_prune
from apps.backup.services.restoring import backup_restore, manifest_read, restore_differences
from apps.catalog.models import Product
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput
from apps.core.sealed_stream import BackupDamaged
from apps.core.secrets import secret_read, secret_write
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.files.models import StoredFile
from apps.files.services.storage import file_read, file_store
from apps.runtime.models import Job
from apps.runtime.services.jobs import run_job
from apps.tenancy.models import Organisation
from apps.tenancy.services.deletion import organisation_delete
from tests.factories.accounting import posting
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.company import make_company
from tests.kit.ledger import assert_balanced


def business() -> None:
    """Rows with everything that could go wrong on the way: tabs, quotes, NULLs, files, ledgers, grants."""
    make_product("T-1", name='Tab\there, "quote", back\\slash, नमस्ते\nnew line')
    company = make_company()
    day = company_today()
    run_in_unit_of_work(lambda: post([posting(company, day, ("cash", "7.25"), ("sales", "-7.25"))], by=None))
    file_store(SimpleUploadedFile("note.txt", "Grüße".encode()), by=None)
    factor = SecondFactor(user=make_user("catalog.view_product"), method="totp")
    secret_write(factor, "secret", "JBSWY3DPEHPK3PXP")
    factor.save()
    follow_audit()


def test_deleted_organisation_comes_back_equal_by_hashes(owner, place):
    with organisation_context("org_acme"):
        business()
        made = backup_make()
        rows = {model: model.objects.count() for model in (Product, AuditEntry, StoredFile)}
    assert made.rows > 100
    assert [item.name for item in backups_of("acme")] == [made.name]
    manifest = manifest_read(made.name)
    acme = Organisation.objects.get(slug="acme")
    organisation_delete(acme)
    assert not Organisation.objects.filter(slug="acme").exists()

    done = backup_restore(made.name, slug="acme")
    assert (done.rows, done.tables, done.files) == (made.rows, made.tables, 1)
    with organisation_context("org_acme"):
        assert restore_differences("org_acme", manifest) == []
        assert {model: model.objects.count() for model in rows} == rows
        assert Product.objects.get(code="T-1").name.startswith("Tab\there")
        assert file_read(StoredFile.objects.get(name="note.txt")).decode() == "Grüße"
        assert_balanced()
        assert audit_verify().sound
        make_product("T-2")  # sequences go on
        with (
            connection.cursor() as cursor,
            pytest.raises(Exception, match="never changed"),
            transaction.atomic(),
        ):
            cursor.execute("DELETE FROM accounting_journalline")
    assert Organisation.objects.get(slug="acme").state == "active"


def test_copy_beside_the_original_and_a_name_that_is_taken(owner, place):
    with organisation_context("org_acme"):
        business()
        made = backup_make()
    backup_restore(made.name, slug="acme-copy")
    with organisation_context("org_acme_copy"):
        assert Product.objects.filter(code="T-1").exists()
        assert secret_read(SecondFactor.objects.get(), "secret") == "JBSWY3DPEHPK3PXP"
        make_product("ONLY-COPY")
    with organisation_context("org_acme"):
        assert not Product.objects.filter(code="ONLY-COPY").exists()
    with pytest.raises(InvalidInput, match="of this name"):
        backup_restore(made.name, slug="acme-copy")


def test_damaged_backup_leaves_nothing_behind(owner, place):
    with organisation_context("org_acme"):
        business()
        made = backup_make()
    path = place / "backups" / made.name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(BackupDamaged):
        backup_restore(made.name, slug="broken")
    assert not Organisation.objects.filter(slug="broken").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'org_broken'")
        assert cursor.fetchone() is None


def test_rows_that_differ_after_loading_are_found(owner, place):
    with organisation_context("org_acme"):
        business()
        made = backup_make()
        manifest = manifest_read(made.name)
        assert restore_differences("org_acme", manifest) == []
        make_product("T-9")
        wrong = restore_differences("org_acme", manifest)
    assert "catalog_product" in wrong
    assert "accounting_journalline" not in wrong


def test_commands_back_up_list_restore_and_refuse(owner, place):
    out = StringIO()
    call_command("backup_organisation", "acme", "--prune", stdout=out)
    assert "tables" in out.getvalue()
    call_command("restore_organisation", "acme", slug="twin", stdout=out)
    assert "equal to the backup by their hashes" in out.getvalue()
    for arguments in (
        ["backup_organisation", "nobody"],
        ["backup_organisation"],
        ["restore_organisation", "nobody"],
    ):
        with pytest.raises(CommandError):
            call_command(*arguments, stdout=out)


def test_old_backups_go_by_days_and_weeks(place, settings, monkeypatch):
    from datetime import UTC, datetime, timedelta

    from apps.backup.targets import Stored

    # A Sunday: 15 and 22 days before are Saturdays, the newest of their weeks; on other days of the week
    # a backup of 9 days ago may belong to the week of the one of 15.
    now, removed = datetime(2026, 11, 29, 12, tzinfo=UTC), []
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    class Shelf:
        def list(self, folder):
            days = (0, 1, 6, 8, 9, 15, 22, 60)
            return [Stored(f"acme/{d:03}", 1, now - timedelta(days=d)) for d in sorted(days, reverse=True)]

        def remove(self, name):
            removed.append(name)

    monkeypatch.setattr(making, "backup_target", Shelf)
    backups_prune("acme")
    assert "acme/060" in removed
    assert not {"acme/000", "acme/001", "acme/006"} & set(removed)
    assert {"acme/015", "acme/022"} & set(removed) == set()


def test_page_starts_a_job_and_gives_the_file_only_to_those_who_may(commits, place):
    boss = Client(HTTP_HOST="acme.localhost")
    boss.force_login(
        make_user("backup.make_backup", is_staff=True), backend="apps.accounts.backends.RoleBackend"
    )
    assert "no backup yet" in boss.get("/data/backups/").content.decode()
    assert boss.post("/data/backups/now/").status_code == 302
    run_job("org_acme", Job.objects.get(task="backup.run_backup").pk)
    connection.set_schema("org_acme")
    (stored,) = backups_of("acme")
    assert stored.file in boss.get("/data/backups/").content.decode()
    answer = boss.get(f"/data/backups/{stored.file}/")
    assert b"".join(answer.streaming_content).startswith(b"BAHIBAK1")
    assert boss.get("/data/backups/..%2F..%2Fbackup.keys/").status_code == 404
    nobody = Client(HTTP_HOST="acme.localhost")
    nobody.force_login(
        make_user("catalog.view_product", is_staff=True), backend="apps.accounts.backends.RoleBackend"
    )
    for address in ("/data/backups/", f"/data/backups/{stored.file}/"):
        assert nobody.get(address).status_code == 403
    assert nobody.post("/data/backups/now/").status_code == 403


def test_encrypted_files_are_restored_encrypted_with_keys_of_their_own(owner, place, settings):
    from apps.company.services.settings import settings_save
    from apps.core.secrets import new_key
    from apps.files.models import FileKey

    with organisation_context("org_acme"):
        asha = User.objects.get(email="asha@acme.example")
        plain = file_store(SimpleUploadedFile("plain.txt", b"was there before"), by=None)
        run_in_unit_of_work(lambda: settings_save("files", {"encrypt": True}, by=asha))
        secret = file_store(SimpleUploadedFile("secret.txt", b"Meera Iyer"), by=None)
        made = backup_make()
        manifest = manifest_read(made.name)
        source_key = FileKey.objects.get().secret
    settings.SECRETS_KEYS = new_key()  # another installation: only the backup's key came along
    backup_restore(made.name, slug="twin")
    with organisation_context("org_twin"):
        copy = StoredFile.objects.get(path=secret.path)
        assert file_read(copy) == b"Meera Iyer"
        assert file_read(StoredFile.objects.get(path=plain.path)) == b"was there before"
        assert (place / "media/org_twin" / copy.path).read_bytes().startswith(b"BAHIFIL1")
        assert copy.sealed_key != secret.sealed_key
        assert FileKey.objects.get().secret != source_key
        (place / "media/org_twin" / copy.path).write_bytes(b"swapped")
        assert secret.path in restore_differences("org_twin", manifest)
    organisation_delete(Organisation.objects.get(slug="twin"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_tables WHERE schemaname='org_twin' AND tablename='files_filekey'")
        assert cursor.fetchone() is None, "the key goes with the organisation"
    assert not (place / "media/org_twin").exists()
