"""Malformed import files: a clear answer, never a crash, nothing half saved."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from apps.core.errors import InvalidInput
from apps.datatools.importing.reading import table_read
from apps.datatools.models import ImportRun
from apps.parties.models import Party, PartyAddress
from tests.kit.malformed import KINDS, Malformed, as_xlsx, malformed_files

pytestmark = pytest.mark.django_db
SEED = int(os.environ.get("BAHI_FUZZ_SEED", "20261129"))
COUNT = 2_000


def _body(file: Malformed, **more: str) -> dict[str, Any]:
    content = SimpleUploadedFile(file.name, file.content)
    return {"file": content, "mapping": file.mapping, "options": file.options, **more}


def _said(body: Any) -> bool:
    """An answer in words."""
    errors = body.get("errors") or []
    return bool(body.get("message") or body.get("detail") or errors) and "Traceback" not in str(body)


def try_file(api: Any, file: Malformed, number: int) -> str:
    """Import one file (every fifth is previewed too); → how it ended. Fails on 5xx, silence, half records."""
    label = f"{number} {file.kind} (seed {SEED})"
    if number % 5 == 0:
        preview = {"target": "parties/parties", "file": SimpleUploadedFile(file.name, file.content)}
        shown = api.client.post("/api/v1/datatools/import-targets/", preview, format="multipart")
        assert shown.status_code in (200, 400, 413, 422), label
    before = Party.objects.count()
    mode = ("all_or_nothing", "skip_bad")[number % 2]
    answer = api.client.post("/api/v1/parties/parties/import/", _body(file, mode=mode), format="multipart")
    added = Party.objects.count() - before
    body = answer.json()
    if answer.status_code != 200:
        assert answer.status_code in (400, 413, 415, 422), (label, answer.status_code)
        assert _said(body), (label, body)
        assert not added, label
        return "refused"
    run = body["data"]
    assert added == run["created"], label
    assert all(error["detail"] and error["row"] for error in run["errors"]), label
    if mode == "all_or_nothing":
        assert not (run["errors"] and added), label
        assert run["state"] == ("failed" if run["errors"] else "done"), label
    assert not PartyAddress.objects.filter(party=None).exists()
    with connection.cursor() as cursor:  # the transaction is sound: a swallowed error would fail here
        cursor.execute("SELECT 1")
    return "rows refused" if run["errors"] else "imported"


def test_every_kind_of_malformed_file_gets_a_clear_answer(api):
    for number, file in enumerate(malformed_files(len(KINDS), SEED)):
        try_file(api, file, number)


@pytest.mark.full
def test_two_thousand_malformed_files(api):
    ends: dict[str, int] = {}
    for number, file in enumerate(malformed_files(COUNT, SEED)):
        end = try_file(api, file, number)
        ends[end] = ends.get(end, 0) + 1
    assert sum(ends.values()) == COUNT
    assert min(ends.get(end, 0) for end in ("refused", "rows refused", "imported")) > 20, ends
    assert not ImportRun.objects.filter(state="running").exists()


def test_a_cell_in_the_last_corner_is_refused_before_memory_is_taken():
    content = as_xlsx([["code"], *([[]] * 1_048_574), [""] * 16_383 + ["x"]])
    with pytest.raises(InvalidInput) as refused:
        table_read(content, "corner.xlsx")
    assert (refused.value.field, refused.value.code) == ("file", "too_large")


def test_row_numbers_are_those_of_the_sheet():
    table = table_read(as_xlsx([[], [], ["code", "name"], [], ["A", "B"]]), "gap.xlsx")
    assert table.headers == ["code", "name"]
    assert table.rows == [(5, ["A", "B"])]
