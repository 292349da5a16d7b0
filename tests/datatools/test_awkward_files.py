"""Files as spreadsheets and Tally write them: their encodings, separators, dates and merged cells."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from apps.core.errors import InvalidInput
from apps.datatools.importing.reading import table_read
from apps.datatools.importing.targets import date_parse

ROWS = "code{s}name\r\nA1{s}नट, बोल्ट\r\n"


@pytest.mark.parametrize(
    ("separator", "encoding"),
    [
        (";", "utf-8-sig"),
        ("\t", "utf-8"),
        ("\t", "utf-16"),  # what Excel calls Unicode text, with the mark of the machine
        (";", "utf-16-be"),
    ],
)
def test_text_is_read_as_it_was_written(separator, encoding):
    content = ROWS.format(s=separator).encode(encoding)
    if encoding == "utf-16-be":
        content = b"\xfe\xff" + content
    table = table_read(content, "list.txt")
    assert table.headers == ["code", "name"]
    assert [list(row) for _number, row in table.rows] == [["A1", "नट, बोल्ट"]]


@pytest.mark.parametrize("content", [b"a,b\n\x00,1\n", "a\n\x00\n".encode("utf-16"), b"\xff\xfea"])
def test_what_is_no_text_is_refused_by_name(content):
    with pytest.raises(InvalidInput) as refused:
        table_read(content, "list.csv")
    assert refused.value.errors[0].field == "file"


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-01",
        "2026/04/01",
        "01-04-2026",
        "1/4/26",
        "01.04.2026",
        "1 Apr 2026",
        "1-Apr-26",
        "01-Apr-2026",
    ],
)
def test_a_date_as_text_is_read_day_first_or_year_first(text):
    assert date_parse(text) == date(2026, 4, 1)


@pytest.mark.parametrize("text", ["04/13/2026", "31-04-2026", "1-Foo-26", "46113"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="not a date"):
        date_parse(text)


def test_of_merged_cells_the_first_has_the_value_and_no_row_is_lost():
    book = openpyxl.Workbook()
    for row in (["code", "name"], ["A1", "Both"], ["A2", None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    content = io.BytesIO()
    book.save(content)
    table = table_read(content.getvalue(), "merged.xlsx")
    assert [list(row) for _number, row in table.rows] == [["A1", "Both"], ["A2", ""]]
