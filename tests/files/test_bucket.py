"""Stored files in a bucket: against a real S3-compatible server, which believes nothing that isn't signed."""

from __future__ import annotations

import io
import os
import time
from datetime import timedelta

import httpx
import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.test import Client

from apps.core.errors import InvalidInput, NotFound, Unavailable
from apps.core.object_store import store_clients_forget
from apps.core.sealed_stream import CHUNK
from apps.files.models import StoredFile
from apps.files.places import tree_remove
from apps.files.services.sealing import files_seal
from apps.files.services.storage import (
    file_keep,
    file_open,
    file_read,
    file_release,
    file_store,
    files_orphaned_remove,
)
from tests.factories.accounts import make_user
from tests.kit.files import pdf, png, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("store")]
BACKEND = "apps.accounts.backends.RoleBackend"


@pytest.fixture
def encrypted(administrator):
    from apps.company.services.settings import settings_save

    settings_save("files", {"encrypt": True}, by=administrator)


def browser(user, **details):
    client = Client(HTTP_HOST="acme.localhost", **details)
    client.force_login(user, backend=BACKEND)
    return client


def fetched(link, **headers):
    """What the store answers to whoever has the link: status, content, headers."""
    answer = httpx.get(link, headers=headers)
    return answer.status_code, answer.content, answer.headers


def test_a_file_lies_under_its_organisation_in_the_bucket_and_nowhere_else(store, settings, administrator):
    content = pdf()
    file = file_store(upload("Bill.pdf", content), by=administrator)
    assert store.keys() == [f"files/org_acme/{file.path}"]
    assert not settings.MEDIA_ROOT.exists()
    assert file_read(file) == content == store.file(store.keys()[0]).read_bytes()
    assert b"".join(browser(administrator).get(f"/media/{file.pk}/Bill.pdf").streaming_content) == content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5])
def test_every_size_comes_back(size):
    content = os.urandom(size)
    file = file_keep(content, name="a.bin")
    assert file_read(file) == content
    with file_open(file) as stream:
        for place in (0, size // 2, max(size - 3, 0)):
            stream.seek(place)
            assert stream.read(10) == content[place : place + 10]


def test_uploads_are_checked_as_ever(store, administrator):
    with pytest.raises(InvalidInput):
        file_store(upload("a.pdf", b"MZ" + b"0" * 100), by=administrator)
    assert store.keys() == []


def test_no_name_leads_into_another_organisation(store, administrator):
    file = file_keep(b"acme only", name="a.txt", by=administrator)
    connection.set_schema("org_zenith")
    for name in (f"org_acme/{file.path}", f"org_zenith/../org_acme/{file.path}", "org_zenith//x", "/x", ""):
        for call in (default_storage.open, default_storage.exists, default_storage.delete):
            with pytest.raises(SuspiciousFileOperation):
                call(name)
        with pytest.raises(SuspiciousFileOperation):
            default_storage.save(name, ContentFile(b"x"))
    file.save(force_insert=True)  # the same row, in the other's tables
    with pytest.raises(NotFound):
        file_read(file)
    assert len(store.keys()) == 1


def test_only_who_may_see_the_record_gets_the_file(settings, administrator):
    settings.FILES_PRESIGNED = True
    file = file_keep(b"report", name="Report.txt", by=administrator)
    stranger = browser(make_user("catalog.view_product")).get(f"/media/{file.pk}/Report.txt?download")
    assert (stranger.status_code, "Location" in stranger) == (404, False)
    nobody = Client(HTTP_HOST="acme.localhost").get(f"/media/{file.pk}/Report.txt?download")
    assert nobody["Location"].startswith("/accounts/login/")


def test_a_download_is_taken_from_the_store_by_a_short_link(settings, administrator):
    settings.FILES_PRESIGNED, settings.FILES_LINK_SECONDS = True, 2
    file = file_store(upload("बिल <1>.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'), by=administrator)
    answer = browser(administrator).get(f"/media/{file.pk}/x")
    assert answer.status_code == 302
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("no-referrer", "private, no-store")
    status, content, headers = fetched(answer["Location"])
    assert (status, content) == (200, file_read(file))
    assert headers["Content-Type"] == "image/svg+xml"
    assert headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert fetched(answer["Location"], Range="bytes=0-3")[1] == content[:4]
    for changed in (
        answer["Location"].replace("image%2Fsvg%2Bxml", "text%2Fhtml"),
        answer["Location"].replace("attachment", "inline"),
        answer["Location"].replace(file.path.rpartition("/")[2][:32], "0" * 32),
        answer["Location"].replace("org_acme", "org_zenith"),
        answer["Location"].partition("?")[0],
    ):
        assert changed != answer["Location"]
        assert fetched(changed)[0] in (400, 403)
    time.sleep(3)
    assert fetched(answer["Location"])[0] in (400, 403)


def test_links_go_to_the_address_that_browsers_reach(settings, administrator):
    settings.FILES_PRESIGNED, settings.FILES_S3_PUBLIC_ENDPOINT = True, "https://files.example.in"
    file = file_keep(b"a", name="a.txt", by=administrator)
    link = browser(administrator).get(f"/media/{file.pk}/a.txt")["Location"]
    assert link.startswith(f"https://files.example.in/keep/files/org_acme/{file.path}?")


def test_no_link_for_what_is_shown_encrypted_elsewhere_or_asked_by_a_program(
    settings, administrator, api, encrypted
):
    settings.FILES_PRESIGNED = True
    client = browser(administrator)
    sealed = file_keep(b"Meera Iyer", name="a.txt", by=administrator)
    assert b"".join(client.get(f"/media/{sealed.pk}/a.txt?download").streaming_content) == b"Meera Iyer"
    from apps.company.services.settings import settings_save

    settings_save("files", {"encrypt": False}, by=administrator)
    picture = file_keep(png(), name="a.png", by=administrator)
    assert b"".join(client.get(f"/media/{picture.pk}/a.png").streaming_content) == png()
    assert client.get(f"/media/{picture.pk}/a.png?download").status_code == 302
    plain = file_keep(b"plain", name="a.txt", by=administrator)
    assert client.head(f"/media/{plain.pk}/a.txt").status_code == 200
    assert api.get(f"/media/{plain.pk}/a.txt") == b"plain"  # signs by its token, which stays here
    settings.FILES_PRESIGNED = False
    assert b"".join(client.get(f"/media/{plain.pk}/a.txt").streaming_content) == b"plain"


def test_a_lost_object_is_a_404_and_a_store_that_is_away_is_not(store, settings, administrator):
    file, client = file_keep(b"report", name="a.txt", by=administrator), browser(administrator)
    for settings.FILES_PRESIGNED in (False, True):
        content = store.take(f"files/org_acme/{file.path}")
        assert client.get(f"/media/{file.pk}/a.txt").status_code == 404
        store.put(f"files/org_acme/{file.path}", content)
    store.stop()
    answer = client.get(f"/media/{file.pk}/a.txt", headers={"accept": "application/json"})
    assert answer.status_code == 503
    assert "store of the files" in answer.content.decode()
    with pytest.raises(Unavailable):
        file_keep(b"new", name="b.txt")
    assert StoredFile.objects.count() == 1


def test_a_wrong_key_is_never_taken_for_a_lost_file(monkeypatch):
    file = file_keep(b"report", name="a.txt")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    store_clients_forget()
    with pytest.raises(Unavailable):
        file_read(file)


def test_a_connection_that_breaks_is_taken_up_where_it_broke(store, monkeypatch):
    from apps.files.bucket import BucketStorage

    content, true, begun = os.urandom(3 * CHUNK), BucketStorage.part, []

    class Breaks(io.BytesIO):
        def read(self, size=-1):
            if len(begun) < 4 and self.tell() >= 1000:
                raise ConnectionResetError
            return super().read(min(size, 1000))

    def part(self, name, start, end, etag=""):
        answer = true(self, name, start, end, etag)
        if end is None:
            begun.append(start)
            answer["Body"] = Breaks(answer["Body"].read())
        return answer

    file = file_keep(content, name="a.bin")
    monkeypatch.setattr(BucketStorage, "part", part)
    assert file_read(file) == content
    assert begun == [CHUNK, CHUNK + 1000, CHUNK + 2000, CHUNK + 3000]


def test_encrypted_files_lie_encrypted_in_the_bucket_and_plain_ones_are_turned(store, administrator):
    from apps.company.services.settings import settings_save

    plain = file_keep(b"Meera Iyer " * 100_000, name="plain.txt")
    settings_save("files", {"encrypt": True}, by=administrator)
    sealed = file_keep(b"Meera Iyer " * 100_000, name="sealed.txt")
    assert files_seal(encrypt=True).encrypted == 1
    assert len(store.keys()) == 2
    assert all(content.startswith(b"BAHIFIL1") for content in store.contents())
    plain.refresh_from_db()
    assert file_read(plain) == file_read(sealed) == b"Meera Iyer " * 100_000


def test_a_released_file_goes_from_the_bucket_after_the_commit(store, django_capture_on_commit_callbacks):
    file, other = file_keep(b"one", name="a.txt"), file_keep(b"two", name="b.txt")
    with django_capture_on_commit_callbacks(execute=True):
        assert file_release(file.pk)
        assert len(store.keys()) == 2
    assert store.keys() == [f"files/org_acme/{other.path}"]
    store.stop()
    with django_capture_on_commit_callbacks(execute=True):
        assert file_release(other.pk), "a store that is away undoes nothing"


def test_what_a_rolled_back_upload_left_goes_with_the_clean_up(store):
    kept = file_keep(b"kept", name="a.txt")
    with transaction.atomic():
        file_keep(b"gone", name="b.txt")
        transaction.set_rollback(True)
    assert len(store.keys()) == 2
    assert files_orphaned_remove() == 0
    assert files_orphaned_remove(older_than=timedelta(seconds=-5)) == 1
    assert store.keys() == [f"files/org_acme/{kept.path}"]


def test_an_organisation_that_goes_takes_its_own_files_along(store, settings):
    file_keep(b"one", name="a.txt")
    for key in ("files/org_acme2/x.txt", "other/org_acme/x.txt"):
        store.put(key, b"another's")
    left_behind = settings.MEDIA_ROOT / "org_acme/2026/01/old.txt"
    left_behind.parent.mkdir(parents=True)
    left_behind.write_bytes(b"before the bucket")
    connection.set_schema_to_public()
    tree_remove("org_acme")
    assert store.keys() == ["files/org_acme2/x.txt", "other/org_acme/x.txt"]
    assert not left_behind.exists()
    tree_remove("org_acme")
    for wrong in ("", "..", "org_acme/.."):
        with pytest.raises(SuspiciousFileOperation):
            tree_remove(wrong)


def test_what_lies_in_the_folder_is_read_until_it_is_moved(settings):
    settings.FILES_TARGET = ""
    file = file_keep(b"older", name="a.txt")
    settings.FILES_TARGET = "s3://keep/files"
    assert file_read(file) == b"older"
    assert (settings.MEDIA_ROOT / "org_acme" / file.path).exists()


def test_large_files_pass_without_being_held_in_memory(tmp_path):
    import tracemalloc

    large = tmp_path / "large.bin"
    with large.open("wb") as out:
        out.truncate(80 * 1024 * 1024)
    file_read(file_keep(b"warm", name="a.txt"))
    from apps.files.services.content import blocks
    from apps.files.services.storage import file_keep_stream

    tracemalloc.start()
    with large.open("rb") as source:
        file = file_keep_stream(source, name="large.bin")
    kept = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    with file_open(file) as stream:
        assert sum(len(block) for block in blocks(stream)) == file.size == 80 * 1024 * 1024
    _now, read = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read < 8 * 1024 * 1024, f"{read / 1e6:.1f} MB"
    assert kept < 120 * 1024 * 1024, f"{kept / 1e6:.1f} MB"  # parts of 8 MB, ten at once


def test_a_pictures_record_and_print_find_their_files_in_the_bucket(administrator):
    from apps.documents.services.attachments import picture_bytes

    logo = file_store(upload("logo.png", png()), by=administrator, purpose="picture")
    assert picture_bytes(logo.pk) == png()
