"""All data in open formats: nothing is missing, no secret is in it, it is given out once."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import AccessLog, SignInSession, User
from apps.accounts.models.factor import SecondFactor
from apps.backup.models import DataExport
from apps.backup.services.exports import export_link, export_make, export_ready, exports_expire
from apps.backup.services.open_formats import (
    LEFT_OUT,
    export_write,
    exported_columns,
    exported_models,
    organisation_models,
)
from apps.core.secrets import secret_write
from apps.files.services.storage import file_store
from apps.messaging.services.mail import mail_queue
from apps.runtime.models import Job
from apps.runtime.services.jobs import run_job
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient

PASSWORD = "Correct-horse-7"
LOOKS_SECRET = re.compile(r"password|secret|token|hash|salt|otp|session_key|link_key|seed|private")
KNOWN_TO_BE_NONE = {
    "accounts.user.password_changed_at",  # when, not which
    "accounting.journalentry.content_hash",
    "accounting.journalseal.previous_hash",
    "accounting.journalseal.chain_hash",
    "audit.auditentry.content_hash",
    "audit.auditerasure.content_hash",
    "audit.auditseal.previous_hash",
    "audit.auditseal.chain_hash",
    "sso.identityprovider.token_auth",  # the way of proving, not the proof
    "sales.quotation.link_key",  # opens nothing without the signature around it
    "messaging.mailmessage.secret",  # marks mails whose text is left out
}


def asha() -> User:
    """acme's administrator; the fixture of that name would open a transaction."""
    return User.objects.get(email="asha@acme.example")


def unpacked(content: bytes) -> tuple[zipfile.ZipFile, dict]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return archive, json.loads(archive.read("manifest.json"))


def business(api):
    """Trade, a hostile name, a file, secrets of every sort; → the texts that must not come out."""
    shop = Shop()
    api.post("sales/quotations/", shop.draft())
    api.post("accounting/invoices/", shop.draft())
    make_product("T-1", name='=1+1 "q", नमस्ते\nnew line')
    stored = file_store(SimpleUploadedFile("note.txt", "Grüße".encode()), by=None)
    person = make_user("sales.view_order")
    person.set_password(PASSWORD)
    person.save()
    factor = SecondFactor(user=person, method="totp")
    secret_write(factor, "secret", "JBSWY3DPEHPK3PXP")
    factor.save()
    mail_queue(to=["a@b.example"], subject="reset", text="https://x/SECRET-LINK", secret=True)
    return [person.password, factor.secret, "SECRET-LINK", stored.path, "JBSWY3DPEHPK3PXP"]


def test_every_table_is_there_whole_and_without_secrets(commits, place):
    hidden = business(ApiClient(asha()))
    out = io.BytesIO()
    export_write(out)
    archive, manifest = unpacked(out.getvalue())
    for model in organisation_models():
        label = model._meta.label_lower
        if label in LEFT_OUT:
            assert label not in manifest["tables"]
            continue
        told = manifest["tables"][label]
        assert told["rows"] == model._base_manager.count(), label
        texts = {form: archive.read(f"tables/{label}.{form}") for form in ("csv", "jsonl")}
        assert {form: hashlib.sha256(text).hexdigest() for form, text in texts.items()} == told["sha256"]
        lines = [json.loads(line) for line in texts["jsonl"].decode().splitlines()]
        rows = list(csv.reader(io.StringIO(texts["csv"].decode())))
        names = [column["name"] for column in told["columns"]]
        assert rows[0] == names
        assert len(rows) - 1 == len(lines) == told["rows"]
        assert all(list(line) == names for line in lines)
    products = [
        json.loads(line) for line in archive.read("tables/catalog.product.jsonl").decode().splitlines()
    ]
    assert any(row["name"] == '=1+1 "q", नमस्ते\nnew line' for row in products)
    assert b"'=1+1" in archive.read("tables/catalog.product.csv")
    note = next(name for name in manifest["files"] if name.endswith("/note.txt"))
    assert hashlib.sha256(archive.read(note)).hexdigest() == manifest["files"][note]
    everything = b"\n".join(archive.read(name) for name in archive.namelist())
    for text in hidden:
        assert text.encode() not in everything, text
    assert set(manifest["left_out"]) == set(LEFT_OUT)


def test_no_column_that_sounds_secret_is_exported_unless_it_is_known_to_be_none():
    found = {
        f"{model._meta.label_lower}.{column.name}"
        for model in exported_models()
        for column in exported_columns(model)
        if LOOKS_SECRET.search(column.name)
    }
    assert found <= KNOWN_TO_BE_NONE, found - KNOWN_TO_BE_NONE


def test_left_out_tables_exist_and_say_why():
    assert set(LEFT_OUT) <= {model._meta.label_lower for model in organisation_models()}
    assert all(LEFT_OUT.values())


def entered(user) -> Client:
    """Signed in by the page itself, so that the proof is fresh."""
    user.set_password(PASSWORD)
    user.save()
    client = Client(HTTP_HOST="acme.localhost")
    answer = client.post("/accounts/login/", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def url(name):
    return reverse(name, "config.urls")


def test_asked_made_taken_once_and_told_in_the_log(commits, place):
    make_product("T-1", name="Name-in-the-export")
    client = entered(asha())
    client.post(url("data_export_now"))
    job = Job.objects.get(task="backup.run_export")
    assert "already" in client.post(url("data_export_now"), follow=True).content.decode()
    run_job("org_acme", job.pk)
    from apps.core.tenant import organisation_context

    with organisation_context("org_acme"):
        job.refresh_from_db()
        assert job.state == "done", job.message
        assert job.done_count == job.total_count > 50
        row = DataExport.objects.get()
        stored = place / "media" / "org_acme" / "exports" / row.path
        assert b"Name-in-the-export" not in stored.read_bytes()
        assert b"PK\x03\x04" not in stored.read_bytes()[:4096]
        token = client.get(url("data_exports")).context["exports"][0][1]
        answer = client.post(url("data_export_take"), {"token": token})
        content = answer.getvalue()
        assert len(content) == row.size == int(answer["Content-Length"])
        assert hashlib.sha256(content).hexdigest() == row.sha256
        assert b"Name-in-the-export" in unpacked(content)[0].read("tables/catalog.product.csv")
        assert not stored.exists()
        again = client.post(url("data_export_take"), {"token": token}, follow=True)
        assert "downloaded already" in again.content.decode()
        steps = [e.detail["step"] for e in AccessLog.objects.filter(event="export").order_by("pk")]
        assert steps == ["asked", "made", "downloaded"]


@pytest.mark.django_db
def test_only_with_the_permission_and_a_fresh_proof(administrator):
    client = entered(make_user("sales.view_order", "backup.make_backup"))
    assert client.get(url("data_exports")).status_code == 403
    assert client.post(url("data_export_now")).status_code == 403
    client = entered(administrator)
    SignInSession.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    for name, method in (("data_exports", "get"), ("data_export_now", "post"), ("data_export_take", "post")):
        assert getattr(client, method)(url(name))["Location"].startswith("/accounts/confirm/")
    assert not DataExport.objects.exists()


def test_over_the_api_asked_watched_and_taken_once(commits, place):
    make_product("T-1", name="Name-in-the-export")
    client = entered(asha())
    exports = "/api/v1/backup/exports/"
    made = client.post(exports).json()["data"]
    one = f"{exports}{made['id']}/"
    assert client.post(exports).status_code == 409  # one at a time
    assert client.get(one).json()["data"]["state"] == "waiting"
    assert client.post(f"{one}download/").status_code == 409  # not made yet
    run_job("org_acme", made["job"])
    ready = client.get(one).json()["data"]
    assert (ready["state"], ready["progress"], client.get(exports).json()["data"]) == ("ready", 100, [ready])
    answer = client.post(f"{one}download/")
    content = answer.getvalue()
    assert (len(content), hashlib.sha256(content).hexdigest()) == (ready["size"], ready["sha256"])
    assert client.post(f"{one}download/").status_code == 409
    assert client.get(one).json()["data"]["state"] == "taken"
    steps = [entry.detail["step"] for entry in AccessLog.objects.filter(event="export").order_by("pk")]
    assert steps == ["asked", "made", "downloaded"]


@pytest.mark.django_db
def test_the_api_asks_for_the_permission_a_fresh_proof_and_ones_own_export(place, administrator):
    exports = "/api/v1/backup/exports/"
    row = DataExport.objects.create(owner_id=administrator.pk)
    one = f"{exports}{row.pk}/"
    everything = [("get", exports), ("post", exports), ("get", one), ("post", f"{one}download/")]
    stranger = entered(make_user("backup.make_backup"))
    assert {getattr(stranger, verb)(path).status_code for verb, path in everything} == {403}
    other = entered(make_user("backup.export_everything"))
    assert other.get(exports).json()["data"] == []
    assert {getattr(other, verb)(path).status_code for verb, path in everything[2:]} == {404}
    client = entered(administrator)
    assert client.get(one).json()["data"]["state"] == "failed"  # no job makes it
    SignInSession.objects.update(confirmed_at=timezone.now() - timedelta(hours=1))
    for path in (exports, f"{one}download/"):
        answer = client.post(path)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "confirmation_required")
    assert DataExport.objects.count() == 1


@pytest.mark.django_db
def test_another_ones_old_or_forged_link_gives_nothing(place, administrator, monkeypatch):
    folder = place / "media" / "org_acme" / "exports"
    folder.mkdir(parents=True)
    row = DataExport.objects.create(owner_id=administrator.pk, path="x.sealed")
    (folder / "x.sealed").write_bytes(b"x")
    export_ready(row)
    other = make_user("backup.export_everything")
    for client, token in (
        (entered(other), export_link(row)),
        (entered(administrator), export_link(row)[:-2]),
        (entered(administrator), str(row.pk)),
        (entered(administrator), ""),
    ):
        answer = client.post(url("data_export_take"), {"token": token})
        assert answer.status_code == 302
    token = export_link(row)
    monkeypatch.setattr("apps.backup.services.exports.LINK_SECONDS", -1)
    assert entered(administrator).post(url("data_export_take"), {"token": token}).status_code == 302
    row.refresh_from_db()
    assert row.taken_at is None
    DataExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert exports_expire() == 1
    assert not (folder / "x.sealed").exists()


def test_a_failed_export_leaves_no_file(commits, place):
    def stop(done, total):
        raise RuntimeError("stopped")

    row = DataExport.objects.create(owner_id=asha().pk)
    with pytest.raises(RuntimeError):
        export_make(row, progress=stop)
    assert list((place / "media" / "org_acme").rglob("*")) == []
    assert list((place / "tmp").iterdir()) == []
    assert User.objects.exists()  # the connection is sound
    assert ApiClient(asha()).get("company/companies/")
