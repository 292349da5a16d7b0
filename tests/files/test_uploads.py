"""What may come in, and what is refused with a clear reason: nothing half kept, no fault of ours."""

from __future__ import annotations

import contextlib
import io
import os
import random
import zipfile
import zlib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.core.errors import InvalidInput, NotFound
from apps.files.models import StoredFile
from apps.files.services import kinds
from apps.files.services.names import clean_name
from apps.files.services.storage import file_keep, file_open, file_read, file_store, files_orphaned_remove
from tests.kit.files import packed, pdf, png, upload, xlsx

DOCX = {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}


def store(name, content, by=None, purpose="attachment"):
    return file_store(upload(name, content), by=by, purpose=purpose)


def refusal(name, content, **details):
    with pytest.raises(InvalidInput) as refused:
        store(name, content, **details)
    (error,) = refused.value.errors
    assert error.field == "file"
    return error


def picture(kind, **options):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (10, 10)).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("Bill.pdf", pdf(), "application/pdf"),
        ("a.PNG", png(), "image/png"),
        ("a.jpg", picture("JPEG"), "image/jpeg"),
        ("a.webp", picture("WEBP"), "image/webp"),
        ("a.gif", picture("GIF"), "image/gif"),
        ("a.csv", "नाम,रकम\nA,1\n".encode(), "text/csv"),
        ("a.csv", "name\nA".encode("utf-16"), "text/csv"),
        ("a.txt", b"caf\xe9", "text/plain; charset=utf-8"),
        ("a.json", b"{}", "application/json"),
        ("a.xlsx", xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.docx", packed(DOCX), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.zip", packed({"b/c.txt": b"x"}), "application/zip"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "application/vnd.ms-excel"),
    ],
)
def test_good_file_is_kept_under_a_name_of_ours(administrator, name, content, content_type):
    file = store(name, content, by=administrator)
    assert (file.content_type, file.size, file.owner_id) == (content_type, len(content), administrator.pk)
    assert file_read(file) == content
    assert len(file.path.rsplit("/", 1)[1].split(".")[0]) == 32
    assert os.path.exists(os.path.join(settings.MEDIA_ROOT, "org_acme", file.path))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ" + b"0" * 100),
        ("a.pdf", b"MZ" + b"0" * 100),
        ("invoice.pdf.exe", pdf()),
        ("a.txt", b"\x7fELF" + b"0" * 100),
        ("a.sh", b"#!/bin/sh\n"),
        ("a.txt", b"#!/bin/sh\n"),
        ("a.html", b"<html>"),
        ("a", b"text"),
        (".htaccess", b"text"),
        ("a.png", pdf()),
        ("a.pdf", png()),
        ("a.png", png()[:40]),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50),
        ("a.jpg", png()),
        ("a.pdf", b"%PDF-1.7\nnonsense"),
        ("a.pdf", pdf(script="app.alert(1)")),
        ("a.txt", b"a\x00b"),
        ("a.txt", b""),
        ("a.csv", b"\x81\x8d\x8f\x90\x9d"),
        ("a.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        ("a.svg", b"<html></html>"),
        ("a.xlsx", packed({"a.txt": b"x"})),
        ("a.xlsx", packed({"xl/workbook.xml": b"x", "xl/vbaProject.bin": b"x"})),
        ("a.docx", xlsx()),
        ("a.xlsx", b"PK\x03\x04nonsense"),
        ("a.zip", packed({"../../etc/passwd": b"x"})),
        ("a.zip", packed({"/etc/passwd": b"x"})),
        ("a.zip", packed({"setup.exe": b"x"})),
        ("a.zip", packed({"note.txt": b"MZ..."})),
        ("a.zip", packed({"zeros": b"\0" * 8_000_000})),
        ("a.doc", b"no office file"),
        ("a.xlsm", xlsx()),
    ],
)
def test_bad_file_is_refused_and_nothing_is_kept(administrator, name, content):
    error = refusal(name, content, by=administrator)
    assert error.code == "unfit_file"
    assert error.detail
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_too_large_file_and_missing_file_are_named(administrator, settings):
    settings.MAX_UPLOAD_BYTES = 1024
    assert refusal("a.txt", b"x" * 1025, by=administrator).code == "too_large"
    with pytest.raises(InvalidInput):
        file_store(None, by=administrator)
    assert refusal("a.pdf", pdf(), by=administrator, purpose="picture").code in ("unfit_file", "too_large")


@pytest.mark.django_db
def test_picture_of_too_many_points_is_refused_without_being_unpacked(administrator):
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100))
    assert "50 million" in refusal("a.png", bomb + chunk(b"IEND", b""), by=administrator).detail


@pytest.mark.django_db
def test_archive_whose_headers_lie_about_its_size_is_refused(administrator, monkeypatch):
    monkeypatch.setattr(kinds, "MAX_UNPACKED", 1_000_000)
    honest = packed({"a.bin": os.urandom(2_000_000)})
    assert "far too much" in refusal("a.zip", honest, by=administrator).detail
    lying = bytearray(packed({"a.bin": b"\0" * 5_000_000}))
    size = (5_000_000).to_bytes(4, "little")
    for _ in range(lying.count(size)):
        lying[lying.index(size) : lying.index(size) + 4] = (10).to_bytes(4, "little")
    assert refusal("a.zip", bytes(lying), by=administrator).code == "unfit_file"


@pytest.mark.django_db
def test_encrypted_archive_is_refused(administrator):
    content = bytearray(packed({"a.txt": b"secret"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    assert refusal("a.zip", bytes(content), by=administrator).code == "unfit_file"


@pytest.mark.django_db
def test_two_hundred_damaged_files_never_cause_a_fault(administrator):
    pick = random.Random(7)
    samples = [
        ("a.pdf", pdf()),
        ("a.png", png()),
        ("a.xlsx", xlsx()),
        ("a.zip", packed({"x.txt": b"x" * 500})),
    ]
    for _ in range(200):
        name, content = pick.choice(samples)
        damaged = bytearray(content[: pick.randrange(1, len(content))] if pick.random() < 0.4 else content)
        for _ in range(pick.randrange(1, 12)):
            damaged[pick.randrange(len(damaged))] = pick.randrange(256)
        with contextlib.suppress(InvalidInput):
            store(name, bytes(damaged), by=administrator)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\Bill 7.PDF", "Bill 7.pdf"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("<b>x</b>.txt", "b.txt"),
        ("  . .x.txt. ", "x.txt"),
        ("a\x00b\n.csv", "ab.csv"),
        ("बिल.pdf", "बिल.pdf"),
        ("", "file"),
        ("...", "file"),
        (".pdf", "pdf"),
        ("x" * 500 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_made_harmless(given, kept):
    assert clean_name(given) == kept


@pytest.mark.django_db
def test_files_stay_with_their_organisation_and_orphans_go(administrator):
    file = file_keep(b"report", name="Report.pdf", by=administrator)
    from apps.core.tenant import organisation_context

    with organisation_context("org_zenith"), pytest.raises(NotFound):
        file_open(file)
    folder = file.path.rsplit("/", 1)[0]
    orphan = f"org_acme/{folder}/orphan.bin"
    default_storage.save(orphan, ContentFile(b"x"))
    assert files_orphaned_remove() == 0
    assert files_orphaned_remove(older_than=timedelta(seconds=-5)) >= 1
    assert not default_storage.exists(orphan)
    assert file_read(file) == b"report"


@pytest.mark.django_db
def test_lost_content_is_a_404_not_a_fault(administrator):
    from django.test import Client

    file = file_keep(b"%PDF-", name="Report.pdf", by=administrator)
    default_storage.delete(f"org_acme/{file.path}")
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    assert browser.get(f"/media/{file.pk}/Report.pdf").status_code == 404


def test_zip_helper_of_these_tests_makes_true_archives():
    assert zipfile.ZipFile(io.BytesIO(packed(DOCX))).testzip() is None
