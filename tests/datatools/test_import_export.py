"""Files in and out: round trip, errors by row and column, nothing half written."""

from __future__ import annotations

import csv
import io
import tracemalloc
from decimal import Decimal
from types import SimpleNamespace

import openpyxl
import pytest

from apps.core.errors import InvalidInput
from apps.core.registry import resources
from apps.datatools import exporting
from apps.datatools.models import ImportRun
from apps.datatools.services.imports import corrections_read, import_start, run_answer
from apps.parties.models import Party
from tests.factories.catalog import make_product

pytestmark = pytest.mark.django_db

GOOD = (
    "display_name,legal_name,gstin,credit_limit,addresses/line1,addresses/state_code\n"
    'Mehta,Mehta Steel Ltd,27AAPFU0939F1ZV,"1,50,000.00",Plot 4,27\n'
    ",,,,Gate 2,27\n"
    "Rao,Rao & Sons,,,,\n"
)


def start(content, by, *, mode="all_or_nothing", dry_run=False, mapping=None, options=None, corrections=None):
    data = content.encode() if isinstance(content, str) else content
    return run_answer(
        import_start(
            target_key="parties/parties",
            content=data,
            file_name="parties.csv",
            mapping=mapping or {},
            options=options or {},
            mode=mode,
            dry_run=dry_run,
            by=by,
            corrections=corrections,
        )
    )


def test_rows_that_continue_a_record_become_its_children(administrator):
    answer = start(GOOD, administrator)
    assert (answer["created"], answer["errors"]) == (2, [])
    mehta = Party.objects.get(display_name="Mehta")
    assert [a.line1 for a in mehta.addresses.all()] == ["Plot 4", "Gate 2"]
    assert str(mehta.credit_limit) == "150000.00"


def test_cells_put_right_go_along_and_the_file_stays(administrator):
    wrong = GOOD.replace("27AAPFU0939F1ZV", "27AAPFU0939F1ZX").replace("Gate 2,27", "Gate 2,00")
    errors = start(wrong, administrator, dry_run=True)["errors"]
    assert {(e["row"], e["column"], e["value"]) for e in errors} == {
        (2, "gstin", "27AAPFU0939F1ZX"),
        (3, "addresses/state_code", "00"),
    }
    right = {"2": {"gstin": " 27AAPFU0939F1ZV "}, "3": {"addresses/state_code": "27"}}
    answer = start(wrong, administrator, corrections=right)
    assert (answer["created"], answer["errors"]) == (2, [])
    assert Party.objects.get(display_name="Mehta").gstin == "27AAPFU0939F1ZV"
    run = ImportRun.objects.get(pk=answer["id"])
    assert run.corrections["3"] == {"addresses/state_code": "27"}


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ('{"9": {"gstin": "x"}}', "no row 9"),
        ('{"2": {"colour": "x"}}', "no column"),
        ('{"2": {"gstin": 7}}', "object"),
        ('{"2": "x"}', "object"),
        ("[1]", "object"),
        ("{", "JSON"),
        ('{"2": {"gstin": "\\u0000"}}', "stored"),
        ('{"2": {' + ", ".join(f'"{n}": ""' for n in range(5_001)) + "}}", "5000"),
    ],
)
def test_a_correction_of_nothing_is_refused_by_name(administrator, sent, told):
    with pytest.raises(InvalidInput) as refused:
        start(GOOD, administrator, corrections=corrections_read(sent))
    (error,) = refused.value.errors
    assert error.field == "corrections"
    assert told in str(error.detail)
    assert Party.objects.count() == 0


def test_importing_twice_changes_and_adds_nothing(administrator):
    start(GOOD, administrator)
    answer = start(GOOD, administrator)
    assert (answer["created"], answer["updated"]) == (0, 2)
    assert Party.objects.count() == 2


def test_dry_run_reports_and_writes_nothing(administrator):
    answer = start(GOOD, administrator, dry_run=True)
    assert (answer["created"], answer["state"]) == (2, "checked")
    assert Party.objects.count() == 0


BROKEN = (
    "display_name,legal_name,gstin,credit_limit\n"
    "A,A Ltd,27AAPFU0939F1ZW,10\n"
    "B,,,-5\n"
    "C,C Ltd,,12\n"
    "D,D Ltd,,twelve\n"
)


def test_bad_rows_are_named_by_row_and_column_and_nothing_is_written(administrator):
    answer = start(BROKEN, administrator)
    assert answer["state"] == "failed"
    places = {(e["row"], e["column"]) for e in answer["errors"]}
    assert places == {(2, "gstin"), (3, "legal_name"), (3, "credit_limit"), (5, "credit_limit")}
    assert Party.objects.count() == 0


def test_bad_rows_are_skipped_by_choice(administrator):
    answer = start(BROKEN, administrator, mode="skip_bad")
    assert (answer["created"], answer["skipped"]) == (1, 3)
    assert list(Party.objects.values_list("display_name", flat=True)) == ["C"]


def test_unknown_column_and_unknown_field_are_named(administrator):
    with pytest.raises(InvalidInput) as refused:
        start("display_name,legal_name,colour\nA,A,red\n", administrator)
    assert [(e.field, e.code) for e in refused.value.errors] == [("colour", "unknown_column")]
    with pytest.raises(InvalidInput) as refused:
        start("a,b\nA,A\n", administrator, mapping={"a": "display_name", "b": "nonsense"})
    assert ("b", "unknown_field") in [(e.field, e.code) for e in refused.value.errors]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04garbage", b"\n\n", b"a,a\n1,2\n"])
def test_broken_files_get_a_clear_answer(administrator, content):
    with pytest.raises(InvalidInput) as refused:
        start(content, administrator)
    assert refused.value.field == "file"


def test_export_comes_back_in_unchanged(api, administrator):
    start(GOOD, administrator)
    csv_bytes = api.get("parties/parties/export/", format="csv")
    rows = list(csv.DictReader(io.StringIO(csv_bytes.decode("utf-8-sig"))))
    assert [r["addresses/line1"] for r in rows] == ["Plot 4", "Gate 2", ""]
    columns = GOOD.splitlines()[0]
    text = api.get("parties/parties/export/", format="csv", columns=columns).decode("utf-8-sig")
    answer = start(text, administrator)
    assert (answer["created"], answer["updated"], answer["errors"]) == (0, 2, [])


def test_code_that_looks_like_a_number_stays_a_text_in_a_sheet_and_a_price_is_a_number(api):
    made = make_product("1.10", sale_price=Decimal("99.50"))
    content = api.get(f"catalog/products/export/?format=xlsx&id={made.pk}&columns=code,hsn,sale_price,unit")
    rows = list(openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True))
    assert ("1.10", "8471", 99.5, "NOS") in rows


def test_export_neutralises_formulas_and_follows_the_filters(api):
    api.post("parties/parties/", {"legal_name": "=HYPERLINK(1)", "display_name": "@x"})
    api.post("parties/parties/", {"legal_name": "Plain", "display_name": "Plain"})
    text = api.get("parties/parties/export/?search=hyper&columns=legal_name,display_name").decode("utf-8-sig")
    assert text.splitlines()[1:] == ["'=HYPERLINK(1),'@x"]
    assert api.get("parties/parties/export/?format=xlsx")[:2] == b"PK"
    assert api.get("parties/parties/export/?format=pdf")[:4] == b"%PDF"
    assert api.get("parties/parties/export/?format=doc", 400)["errors"][0]["field"] == "format"


def test_export_needs_its_permission(api_as, user_with):
    api_as(user_with("parties.view_party")).get("parties/parties/export/", 403)


def test_search_finds_by_fragment_and_forgives_a_typo(api, api_as, user_with):
    api.post("parties/parties/", {"legal_name": "Bharat Bearings Pvt Ltd", "display_name": "Bharat Bearings"})
    hits = api.get("search/", q="bearin")["data"]["results"]
    assert [h["title"] for h in hits] == ["Bharat Bearings"]
    assert hits[0]["url"].startswith("/admin/parties/party/")
    assert api.get("search/", q="barat beerings")["data"]["results"][0]["title"] == "Bharat Bearings"
    assert api_as(user_with("sales.view_order")).get("search/", q="bearin")["data"]["results"] == []
    own = api_as(user_with("parties.view_party", level="own"))
    assert own.get("search/", q="bearin")["data"]["results"] == []


def upload(api, content: str, **fields):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("parties.csv", content.encode(), content_type="text/csv")
    body = {"file": file, **fields}
    return api.client.post("/api/v1/parties/parties/import/", body, format="multipart").json()


def test_import_over_the_api(api):
    answer = upload(api, GOOD, dry_run="true")
    assert answer["data"]["created"] == 2
    answer = upload(api, GOOD, mode="skip_bad")
    assert (answer["data"]["created"], answer["data"]["state"]) == (2, "done")
    assert api.get("datatools/imports/")["meta"]["pagination"]["total"] == 2
    assert upload(api, GOOD, mapping="{broken")["errors"][0]["field"] == "mapping"


def test_rows_of_plain_columns_are_those_of_records(administrator, api, monkeypatch):
    """Columns of the table are read without making records: the file is the same."""
    upload(api, GOOD, mode="skip_bad")
    view = resources()["parties/parties"]()
    view.request = SimpleNamespace(user=administrator, headers={})
    wanted = "id,code,legal_name,is_customer,credit_limit,payment_terms,created_at"
    assert exporting._plain_columns(view, set(wanted.split(","))) is not None
    assert exporting._plain_columns(view, {"id", "addresses"}) is None

    def written():
        rows = Party.objects.for_user(administrator).prefetch_related("addresses")
        return exporting.export_file(view, rows, form="csv", wanted=wanted).read()

    light = written()
    assert light.count(b"\n") > 2
    monkeypatch.setattr(exporting, "_plain_columns", lambda *_args: None)
    assert written() == light


def test_export_takes_the_memory_of_a_chunk(administrator, monkeypatch):
    """Ten thousand rows of a kilobyte: far more than what stays in memory."""
    monkeypatch.setattr(exporting, "_chunks", lambda *_args: ([object()] * 500 for _ in range(20)))
    view = SimpleNamespace(
        represent=lambda chunk, **_how: [{"name": "x" * 1000} for _ in chunk], path="tests/rows"
    )
    columns = [exporting.Column("name")]
    monkeypatch.setattr(exporting, "export_columns", lambda _view, _wanted: columns)
    for form in ("csv", "xlsx", "json"):
        tracemalloc.start()
        content = exporting.export_file(view, None, form=form)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < exporting.SPOOL + 4 * 1024 * 1024, form
        assert content.read(1) in (b"\xef", b"P", b"[")
        content.close()


def test_a_repeated_key_imports_once_and_another_file_under_it_is_refused(api):
    """A lost answer is asked for again; the file without a key column would be entered twice."""
    content = "display_name,legal_name\nMehta,Mehta Steel Ltd\nRao,Rao & Sons\n"
    key = {"HTTP_IDEMPOTENCY_KEY": "one-upload"}
    first = api.upload("parties/parties/import/", {"file": _file(content)}, 200, **key)["data"]
    again = api.upload("parties/parties/import/", {"file": _file(content)}, 200, **key)["data"]
    assert (first["id"], first["created"]) == (again["id"], again["created"]) == (first["id"], 2)
    assert ImportRun.objects.count() == 1
    other = api.upload("parties/parties/import/", {"file": _file(content + "Sen,Sen\n")}, 409, **key)
    assert other["errors"][0]["code"] == "idempotency_conflict"
    third = api.upload("parties/parties/import/", {"file": _file(content)}, 200)["data"]
    assert (third["id"] != first["id"], third["updated"]) == (True, 2)


def _file(content: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("parties.csv", content.encode(), content_type="text/csv")
