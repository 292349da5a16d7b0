"""Uploads and the virus scanner: a real clamd with one signature of its own, and none at all."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from apps.core.errors import InvalidInput, Unavailable
from apps.files.models import StoredFile
from apps.files.services import scanner
from apps.files.services.scanner import CHUNK
from apps.files.services.storage import file_store
from apps.parties.models import Party
from tests.company.test_back_office import company_form
from tests.factories.company import make_company
from tests.kit.files import png, upload
from tests.kit.served import free_port

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
needs_clamd = pytest.mark.skipif(CLAMD is None, reason="clamd is not installed")
HARMLESS, TAINTED = b"a list of goods\n", b"this text stands for a virus\n"


@pytest.fixture(scope="module")
def clamd(tmp_path_factory) -> Iterator[str]:
    """Address of a clamd that knows one virus: the text TAINTED."""
    folder: Path = tmp_path_factory.mktemp("clamd")
    signature = f"{hashlib.md5(TAINTED, usedforsecurity=False).hexdigest()}:{len(TAINTED)}:Bahi.Test\n"
    (folder / "bahi.hdb").write_text(signature)
    port = free_port()
    (folder / "clamd.conf").write_text(
        f"Foreground yes\nTCPSocket {port}\nTCPAddr 127.0.0.1\nDatabaseDirectory {folder}\n"
        f"TemporaryDirectory {folder}\nLogFile {folder}/log\n"
    )
    process = subprocess.Popen(
        [CLAMD, "-c", folder / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert process.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < end
        time.sleep(0.1)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait(20)


def bring(content: bytes, administrator) -> StoredFile:
    return file_store(SimpleUploadedFile("goods.txt", content), by=administrator)


@needs_clamd
def test_what_the_scanner_knows_stays_outside(clamd, administrator, settings):
    settings.CLAMD_ADDRESS = clamd
    assert bring(HARMLESS, administrator).size == len(HARMLESS)
    assert bring(b"x" * (3 * CHUNK + 7), administrator).size == 3 * CHUNK + 7
    with pytest.raises(InvalidInput) as refused:
        bring(TAINTED, administrator)
    assert refused.value.field == "file"
    assert "Bahi.Test" in refused.value.detail
    assert StoredFile.objects.count() == 2


@needs_clamd
def test_upload_over_the_api_is_refused_with_the_name_of_the_virus(clamd, api, settings):
    settings.CLAMD_ADDRESS = clamd
    party = Party.objects.create(legal_name="Asha Traders", display_name="Asha Traders")
    body = {"target": f"parties.party:{party.pk}", "file": SimpleUploadedFile("a.txt", TAINTED)}
    answer = api.upload("documents/attachments/", body, 400)
    assert answer["errors"][0]["field"] == "file"
    assert "Bahi.Test" in answer["errors"][0]["detail"]
    settings.CLAMD_ADDRESS = f"127.0.0.1:{free_port()}"
    body["file"] = SimpleUploadedFile("a.txt", HARMLESS)
    answer = api.upload("documents/attachments/", body, 503)
    assert answer["errors"][0]["code"] == "unavailable"


def test_nothing_comes_in_while_the_scanner_is_away(administrator, settings):
    settings.CLAMD_ADDRESS = f"127.0.0.1:{free_port()}"
    with pytest.raises(Unavailable):
        bring(HARMLESS, administrator)
    assert not StoredFile.objects.exists()


def test_without_a_scanner_nothing_is_asked(administrator, settings):
    settings.CLAMD_ADDRESS = ""
    assert bring(TAINTED, administrator)


@pytest.fixture
def locks_held(monkeypatch, settings) -> list[bool]:
    """A scanner that finds nothing and notes, at each look, whether a transaction was open around it."""
    settings.CLAMD_ADDRESS = "a-scanner:1"
    seen: list[bool] = []

    def look(_content: bytes) -> str:
        seen.append(bool(connection.savepoint_ids))  # the test's own transaction is outside of all savepoints
        return "stream: OK"

    monkeypatch.setattr(scanner, "_ask", look)
    return seen


def test_no_transaction_waits_for_the_scanner(locks_held, api, administrator):
    company = make_company()
    target = {"target": f"company.company:{company.pk}"}
    api.upload("documents/attachments/", {**target, "file": upload("a.png", png())})
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    form = company_form(code="NEW", logo=upload("b.png", png()))
    assert browser.post("/admin/company/company/add/", form).status_code == 302
    assert (
        browser.post("/admin/catalog/product/add/", {"pictures-0-upload": upload("c.png", png())}).status_code
        == 200
    )
    api.upload("catalog/units/import/", {"file": upload("units.csv", b"code,name\nDZ,Dozen\n")}, 200)
    assert locks_held == [False] * 4
    assert StoredFile.objects.count() == 3
