"""A worked-out report as API values, PDF, XLSX or CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import IO, Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.formats import is_indian, sheet_date, show_date, show_number, show_quantity
from apps.core.india.numbers import format_western
from apps.datatools.exporting import FORMATS, text_safe
from apps.datatools.reports.definition import Answer, Column, Report, Row
from apps.documents.printing import PrintColumn, PrintReport, PrintRow, render_report
from apps.documents.services.printing import print_company

_INDIAN = r"[>=10000000]##\,##\,##\,##0.00;[>=100000]##\,##\,##0.00;#,##0.00"
_WIDTH = {
    "text": 28,
    "date": 12,
    "money": 18,
    "balance": 18,
    "quantity": 14,
    "rate": 14,
    "integer": 10,
    "percent": 10,
}
RATE_DECIMALS = 4


def plain(value: Any) -> Any:
    """A cell for the API: money with two decimals as text, dates ISO, records as ids."""
    if isinstance(value, Decimal):
        return format(value or abs(value), ".2f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def report_data(report: Report, answer: Answer, values: dict[str, Any]) -> dict[str, Any]:
    """What the API answers."""
    given = {param.name: plain(values.get(param.name)) for param in report.params if not param.hidden}
    kinds = {column.key: column.kind for column in answer.columns}
    return {
        "report": report.key,
        "title": str(report.title),
        **given,
        "columns": [{"key": c.key, "label": str(c.label), "kind": c.kind} for c in answer.columns],
        "rows": [
            {
                **{k: _api_cell(kinds.get(k, ""), v) for k, v in row.cells.items()},
                "row": row.kind,
                "level": row.level,
            }
            for row in answer.rows
        ],
        "totals": plain(answer.totals),
        "balanced": answer.balanced,
        "checks": [
            {"label": str(c.label), "difference": plain(c.difference), "passed": c.passed}
            for c in answer.checks
        ],
        "notes": answer.notes,
        "next": answer.more or None,
        **plain(answer.extra),
    }


def _api_cell(kind: str, value: Any) -> Any:
    """Quantities and unit prices have six decimals on the API, money two."""
    exact = kind in ("quantity", "rate") and isinstance(value, Decimal)
    return format(value, ".6f") if exact else plain(value)


def money_format(answer: Answer) -> Callable[..., str]:
    """Groups as the company's currency is written: 1,18,000.00 or 118,000.00."""
    western = answer.company is not None and answer.company.currency.code != "INR"
    return format_western if western else show_number


def number_text(column: Column, value: Decimal, money: Callable[..., str]) -> str:
    """A number as people read it on the page and on paper: ``1,180.00 Dr`` for a balance."""
    if column.kind == "balance":
        side = _("Cr") if value < 0 else _("Dr")
        return f"{money(abs(value))} {side}" if value else money(value)
    if column.kind == "rate":
        return money(value, RATE_DECIMALS)
    return money(value) if column.kind == "money" else show_quantity(value)


def cell_text(column: Column, value: Any) -> str:
    """A cell as CSV writes it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, ".2f" if column.currency else "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def report_bytes(report: Report, answer: Answer, form: str) -> tuple[bytes, str, str]:
    """Content, content type and file name. ``form``: pdf, xlsx or csv."""
    out = io.BytesIO()
    report_write(out, report, answer, form, answer.rows)
    return out.getvalue(), FORMATS[form], file_name(report, answer, form)


def file_name(report: Report, answer: Answer, form: str) -> str:
    """What a file of the report is called."""
    code = f"-{answer.company.code}" if answer.company else ""
    return f"{report.key}{code}.{form}"


def report_write(out: IO[bytes], report: Report, answer: Answer, form: str, rows: Iterable[Row]) -> None:
    """The report in a file. CSV and XLSX take ``rows`` one by one; heads and columns are the answer's."""
    {"pdf": _pdf, "xlsx": _xlsx, "csv": _csv}[form](out, report, answer, rows)


def _csv(out: IO[bytes], report: Report, answer: Answer, rows: Iterable[Row]) -> None:
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([str(column.label) for column in answer.columns])
    for row in rows:
        writer.writerow([text_safe(cell_text(c, row.cells.get(c.key))) for c in answer.columns])
    text.detach()


def _pdf(out: IO[bytes], report: Report, answer: Answer, rows: Iterable[Row]) -> None:
    money = money_format(answer)
    columns = tuple(
        PrintColumn(str(c.label), "right" if c.numeric else "left", c.weight) for c in answer.columns
    )
    printed = tuple(
        PrintRow(
            tuple(_print_cell(c, row.cells.get(c.key), money) for c in answer.columns), row.kind, row.level
        )
        for row in rows
    )
    content = render_report(
        PrintReport(
            title=str(report.title),
            columns=columns,
            rows=printed,
            company=print_company(answer.company) if answer.company else None,
            subtitle=answer.subtitle,
            period=answer.period,
            notes=answer.notes,
            landscape=report.landscape,
            currency=answer.company.currency.code if answer.company else "INR",
            language="hi" if get_language() == "hi" else "en",
            watermark="" if answer.balanced else _("NOT BALANCED"),
        )
    )
    out.write(content)


def _print_cell(column: Column, value: Any, money: Callable[..., str]) -> Decimal | int | str | None:
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, Decimal) and column.kind != "money":
        return number_text(column, value, money) if value else ""
    if value is None or isinstance(value, (Decimal, int)):
        return value
    return str(value)


def _xlsx(out: IO[bytes], report: Report, answer: Answer, rows: Iterable[Row]) -> None:
    import xlsxwriter  # six megabytes that only a process which writes sheets needs

    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(str(report.title)[:31].translate(str.maketrans("", "", "[]:*?/\\")))
    indian = is_indian() and (answer.company is None or answer.company.currency.code == "INR")
    styles = _Styles(book, _INDIAN if indian else "#,##0.00")
    heads = [str(report.title), answer.company.legal_name if answer.company else ""]
    heads += [part for part in (answer.period, answer.subtitle) if part]
    for number, text in enumerate(heads):
        sheet.write_string(number, 0, text, styles.of("text", "total" if number == 0 else "normal"))
    top = len(heads) + 1
    for index, column in enumerate(answer.columns):
        sheet.write_string(top, index, str(column.label), styles.head(column))
        sheet.set_column(index, index, _WIDTH[column.kind])
    sheet.freeze_panes(top + 1, 1)
    number = top
    for number, row in enumerate(rows, top + 1):
        for index, column in enumerate(answer.columns):
            style = styles.of(column.kind, row.kind, row.level if index == 0 else 0)
            _write(sheet, number, index, row.cells.get(column.key), style)
    if answer.notes:
        sheet.write_string(number + 2, 0, answer.notes, styles.of("text", "normal"))
    sheet.set_landscape() if report.landscape else sheet.set_portrait()
    sheet.repeat_rows(top)
    sheet.fit_to_pages(1, 0)
    book.close()


def _write(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, style)
    elif isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value)[:32_767], style)


class _Styles:
    """Cell formats of a workbook, made once each."""

    def __init__(self, book: Any, money: str) -> None:
        self.book, self.money = book, money
        self.made: dict[tuple[str, str, int], Any] = {}

    def head(self, column: Column) -> Any:
        align = "right" if column.numeric else "left"
        return self.book.add_format({"bold": True, "bottom": 1, "bg_color": "#F1F3F6", "align": align})

    def of(self, kind: str, row_kind: str, level: int = 0) -> Any:
        key = (kind, row_kind, level)
        if key not in self.made:
            options: dict[str, Any] = {"indent": level} if level else {}
            if kind in ("money", "balance"):
                options["num_format"] = self.money
            elif kind == "rate":
                options["num_format"] = "#,##0.0000"
            elif kind == "date":
                options |= {"num_format": sheet_date(), "align": "left"}
            if row_kind in ("section", "subtotal", "total", "strong"):
                options["bold"] = True
            if row_kind in ("subtotal", "total"):
                options["top"] = 1
            self.made[key] = self.book.add_format(options)
        return self.made[key]
