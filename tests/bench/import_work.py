"""Imports, exports and prints of the benchmark, in a process of their own; prints figures as JSON. A script:

python tests/bench/import_work.py invoices|parties|copy_parties|csv|xlsx|bare_xlsx|pdf|pdf_batch COUNT
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import django

django.setup()

import psutil
import xlsxwriter
from django.db import connection
from rest_framework.test import APIRequestFactory

from apps.accounting.models import Invoice
from apps.accounts.models import User
from apps.catalog.models import Product
from apps.company.models import Company
from apps.core.actor import acting_as
from apps.core.registry import resources
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.datatools.exporting import export_file
from apps.datatools.services.imports import import_start
from apps.documents.services.printing import document_pdf, documents_pdf
from tests.factories import inventory, invoicing

START = date(2026, 4, 2)
RESOURCES = resources()  # a server has loaded them all before it is asked
COLUMNS = ("number", "date", "party_name", "status", "taxable_total", "grand_total", "due_date")


def _sheet(head: list[str], rows: Any) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue().encode()


def _import(target: str, content: bytes, user: User, **options: Any) -> dict[str, Any]:
    run = import_start(
        target_key=target, content=content, file_name="bench.csv", mapping={}, options=options,
        mode="skip_bad", dry_run=False, by=user,
    )  # fmt: skip
    if run.errors:
        raise SystemExit(f"{len(run.errors)} errors, such as {run.errors[0]}")
    return {"rows": run.created_count}


def company_make() -> None:
    """A company without a past, with stock of the bench's products: what an import of old invoices meets."""
    code = f"IMP{Company.objects.count()}"
    company = invoicing.company(code=code, gstin=invoicing.GSTIN_29, state_code="29")
    for product in Product.objects.filter(code__startswith="B").order_by("pk"):
        source = (f"bench.{code}", product.pk)
        run_in_unit_of_work(
            lambda p=product, s=source: inventory.receive(company, p, 1_000_000, 60, day=START, source=s)
        )


def invoices(count: int, user: User) -> dict[str, Any]:
    """``count`` invoices of five lines over 200 days, for the bench's products."""
    code = Company.objects.latest("pk").code
    head = ["number", "date", "party", "lines/product", "lines/quantity", "lines/unit_price"]
    rows = (
        [
            f"X-{n:06d}", START + timedelta(days=n * 200 // count),
            f"{code} buyer {n % 1000:04d}", f"B{(n * 5 + k) % 200:03d}", 2, "150.00",
        ]
        for n in range(count) for k in range(5)
    )  # fmt: skip
    content = _sheet(head, rows)
    return _import(
        "sales/posted-invoices",
        content,
        user,
        company=code,
        keep_numbers=True,
        date_format="%Y-%m-%d",
        create_parties="unregistered",
    )


def _parties(count: int) -> bytes:
    head = ["code", "legal_name", "display_name", "is_customer", "tax_treatment", "email", "phone"]
    rows = (
        [f"IM{n:06d}", f"Imported Party {n}", f"Imported {n}", "yes", "unregistered", f"p{n}@x.example", ""]
        for n in range(count)
    )
    return _sheet(head, rows)


def parties(count: int, user: User) -> dict[str, Any]:
    return _import("parties/parties", _parties(count), user)


def copy_parties(count: int, user: User) -> dict[str, Any]:
    """The same rows and their history as plain SQL: no check but the database's own."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE fresh (LIKE parties_party INCLUDING DEFAULTS)")
        cursor.execute("SELECT * FROM parties_party ORDER BY id LIMIT 1")
        names = [column.name for column in cursor.description]
        sample = dict(zip(names, cursor.fetchone(), strict=True))
        jsons = {name for name, value in sample.items() if isinstance(value, dict)}
        plain = [name for name in names if name not in jsons]
        with cursor.copy(f"COPY fresh ({', '.join(plain)}) FROM STDIN") as copy:
            for n, row in enumerate(list(csv.reader(io.StringIO(_parties(count).decode())))[1:]):
                values = {**sample, "id": 10_000_000 + n, "code": f"C{row[0]}", "legal_name": row[1],
                          "display_name": f"C{row[2]}", "email": row[5], "external_id": ""}  # fmt: skip
                copy.write_row([values[name] for name in plain])
        same = ", ".join(f"'{json.dumps(sample[name])}' AS {name}" for name in jsons)
        listed = ", ".join([*plain, *jsons])
        cursor.execute(
            f"INSERT INTO parties_party ({listed}) SELECT {', '.join(plain)}, {same or 'NULL'} FROM fresh"
            if jsons else f"INSERT INTO parties_party ({listed}) SELECT {listed} FROM fresh"
        )  # fmt: skip
    from apps.core.copying import history_copy
    from apps.parties.models import Party

    history_copy(Party, list(range(10_000_000, 10_000_000 + count)))
    return {"rows": count}


def _export(form: str) -> Callable[[int, User], dict[str, Any]]:
    def work(count: int, user: User) -> dict[str, Any]:
        view = RESOURCES["accounting/invoices"]()
        view.request = APIRequestFactory().get("/")
        view.request.user = user
        rows = view.model.objects.for_user(user)
        keys = rows.order_by("pk").values_list("pk", flat=True)
        last = list(keys[:count])[-1]
        content = export_file(view, rows.filter(pk__lte=last), form=form, wanted=",".join(COLUMNS))
        return {"rows": rows.filter(pk__lte=last).count(), "bytes": content.seek(0, io.SEEK_END)}

    return work


def bare_xlsx(count: int, user: User) -> dict[str, Any]:
    """The same cells from one SELECT by XlsxWriter alone."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM accounting_invoice ORDER BY id LIMIT %s", [count])
        for number, row in enumerate(cursor.fetchall()):
            for index, cell in enumerate(row):
                if index in (4, 5):
                    sheet.write_number(number, index, float(cell))
                else:
                    sheet.write_string(number, index, str(cell))
    book.close()
    return {"rows": number + 1, "bytes": len(out.getvalue())}


def _posted(count: int) -> list[Any]:
    return list(Invoice.objects.filter(status="posted").order_by("pk")[:count])


def pdf(count: int, user: User) -> dict[str, Any]:
    """A file for each invoice, as they are mailed: what it asks of the database, and its three copies."""
    made = [document_pdf(invoice)[0] for invoice in _posted(count)]
    return {"rows": len(made), "bytes": sum(map(len, made))}


def pdf_batch(count: int, user: User) -> dict[str, Any]:
    """One file of them all, for the printer."""
    return {"rows": count, "bytes": len(documents_pdf(_posted(count)))}


WORK: dict[str, Callable[[int, User], dict[str, Any]]] = {
    "invoices": invoices,
    "parties": parties,
    "copy_parties": copy_parties,
    "csv": _export("csv"),
    "xlsx": _export("xlsx"),
    "bare_xlsx": bare_xlsx,
    "pdf": pdf,
    "pdf_batch": pdf_batch,
}


def main(kind: str, count: int) -> None:
    """CPU is that of this process and of its database backend; memory what the work added at its peak."""
    with organisation_context("org_acme"):
        user = User.objects.get(email="bench@acme.example")
        if kind == "invoices":
            company_make()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = psutil.Process(cursor.fetchone()[0])
        with acting_as(user, kind="job"):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            wall, own, other = time.perf_counter(), time.process_time(), sum(backend.cpu_times()[:2])
            found = WORK[kind](count, user)
            found["wall"] = time.perf_counter() - wall
            found["cpu"] = time.process_time() - own + sum(backend.cpu_times()[:2]) - other
            found["memory_mb"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
