"""A fake API in the shape of the real one: parties, products, invoices, notifications, search."""

from __future__ import annotations

import re
import time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

PAISA = Decimal("0.01")
ADMIN_URL = "/document?id={}"


def money(value: Decimal) -> str:
    """Two decimals, half away from zero."""
    return str(value.quantize(PAISA, ROUND_HALF_UP))


def ok(data, status: int = 200, message: str = "", **meta) -> tuple[int, dict]:
    """A good envelope."""
    return status, {"success": True, "message": message, "data": data, "meta": {"request_id": "t", **meta}}


def refused(status: int, message: str, errors=(), data=None) -> tuple[int, dict]:
    """A bad envelope."""
    answer = {"success": False, "message": message, "errors": list(errors), "meta": {"request_id": "t"}}
    return status, {**answer, "data": data} if data is not None else answer


def invalid(*pairs: tuple[str, str, str]) -> tuple[int, dict]:
    """400 with (field, code, detail) entries."""
    errors = [{"field": field, "code": code, "detail": detail} for field, code, detail in pairs]
    return refused(400, f"{len(errors)} fields need correction", errors)


class FakeApi:
    """State and rules of one test page; `calls` keeps (method, path, body, headers) for the tests to read."""

    def __init__(self) -> None:
        self.calls: list[tuple] = []
        self.keys: dict[str, tuple[int, dict]] = {}
        self.parties = [self.party(n) for n in range(1, 61)]
        self.products = [self.product(n) for n in range(1, 501)]
        self.invoices: dict[int, dict] = {}
        self.notifications = [self.notification(n) for n in range(1, 4)]
        self.code_filter = True
        self.job_polls = 0
        self.slow_quantity = ""
        self.records: dict[str, list[dict]] = {"timeline": [], "comments": [], "attachments": [], "links": []}
        self.records["mentions"] = []

    @staticmethod
    def party(n: int) -> dict:
        name = ["Aarav Traders", "Bharat Steel", "Chennai Electricals", "Deccan Tools"][n % 4]
        return {
            "id": n,
            "display_name": f"{name} {n}",
            "legal_name": f"{name} {n} Private Limited",
            "gstin": f"27AAACB{n:04d}C1Z5",
            "is_customer": True,
        }

    @staticmethod
    def product(n: int) -> dict:
        noun = ["Bolt M8", "Cable 2.5 sq mm", "Drill <b>HSS</b>", "Paint & Primer"][n % 4]
        return {
            "id": n,
            "code": f"P{n:04d}",
            "name": f"{noun} {n}",
            "sale_price": f"{100 + n}.500000",
            "unit": "NOS",
            "hsn": f"{7300 + n % 100}",
        }

    @staticmethod
    def notification(n: int) -> dict:
        return {
            "id": n,
            "title": f"Invoice {n} is waiting for approval",
            "body": "Aarav Traders, 1,180.00",
            "url": "/portal",
            "read_at": None,
            "created_at": "2026-11-21T05:30:00Z",
        }

    # ── routing ───────────────────────────────────────────────────────────────────────────────────────

    def answer(self, method: str, path: str, query: dict, body, headers: dict) -> tuple[int, dict]:
        """The status and envelope for one call."""
        self.calls.append((method, path, body, headers))
        key = headers.get("idempotency-key", "")
        if method == "POST" and key in self.keys:
            return self.keys[key]
        status, envelope = self.route(method, path.removeprefix("/api/v1/"), query, body)
        if method == "POST" and status < 300:
            self.keys[key] = (status, envelope)
        return status, envelope

    def route(self, method: str, path: str, query: dict, body) -> tuple[int, dict]:
        routes = [
            (r"parties/parties/", lambda: self.party_list(method, query, body)),
            (r"parties/parties/(\d+)/", lambda n: ok(self.parties[int(n) - 1])),
            (r"catalog/products/", lambda: self.product_list(method, query, body)),
            (r"catalog/products/(\d+)/", lambda n: ok(self.products[int(n) - 1])),
            (r"accounting/invoices/preview/", lambda: self.preview(body)),
            (r"accounting/invoices/", lambda: self.create(body)),
            (r"accounting/invoices/(\d+)/", lambda n: self.change(method, int(n), body)),
            (r"accounting/invoices/(\d+)/ask/", lambda n: self.ask(int(n))),
            (r"accounting/invoices/(\d+)/link/", lambda n: self.link(int(n))),
            (r"accounting/invoices/(\d+)/(\w+)/", lambda n, verb: self.verb(int(n), verb, body)),
            (r"messaging/notifications/", lambda: self.notification_list(query)),
            (r"messaging/notifications/read-all/", self.read_all),
            (r"messaging/notifications/(\d+)/read/", lambda n: self.read_one(int(n))),
            (r"jobs/(\d+)/", lambda n: self.job(int(n))),
            (r"documents/(\w+)/", lambda name: self.beside(method, name, query, body)),
            (r"documents/attachments/(\d+)/", lambda n: self.attachment_remove(int(n))),
            (r"auth/me/", lambda: ok(body or {})),
            (r"search/", lambda: self.search(query.get("q", ""))),
        ]
        for pattern, run in routes:
            match = re.fullmatch(pattern, path)
            if match:
                return run(*match.groups())
        return refused(404, "Not found")

    # ── masters ───────────────────────────────────────────────────────────────────────────────────────

    def party_list(self, method: str, query: dict, body) -> tuple[int, dict]:
        if method == "POST":
            if len(body.get("gstin", "")) not in (0, 15):
                return invalid(("gstin", "length", "A GSTIN has 15 characters."))
            record = {"id": len(self.parties) + 1, "gstin": "", "legal_name": "", **body}
            self.parties.append(record)
            return ok(record, 201)
        return self.page(self.parties, query, ["display_name", "legal_name", "gstin"])

    def product_list(self, method: str, query: dict, body) -> tuple[int, dict]:
        if method == "POST":
            record = {
                "id": len(self.products) + 1,
                "sale_price": "10.000000",
                "unit": "NOS",
                "hsn": "",
                **body,
            }
            self.products.append(record)
            return ok(record, 201)
        if "code__in" in query:
            if not self.code_filter:
                return invalid(("code__in", "unknown", "Unknown filter."))
            codes = query["code__in"].lower().split(",")
            return self.page([row for row in self.products if row["code"].lower() in codes], query, [])
        return self.page(self.products, query, ["code", "name"])

    @staticmethod
    def page(rows: list[dict], query: dict, keys: list[str]) -> tuple[int, dict]:
        text = query.get("search", "").lower()
        found = [row for row in rows if not text or any(text in row.get(key, "").lower() for key in keys)]
        size = int(query.get("per_page", 25))
        return ok(found[:size], pagination={"page": 1, "per_page": size, "total": len(found)})

    # ── invoices ──────────────────────────────────────────────────────────────────────────────────────

    def worked_out(self, body: dict) -> dict:
        """The document with its computed values: 18 % on each line."""
        lines, total, tax = [], Decimal(0), Decimal(0)
        for position, line in enumerate(body.get("lines", []), 1):
            quantity, price = Decimal(line.get("quantity") or 1), Decimal(line.get("unit_price") or 0)
            taxable = quantity * price * (1 - Decimal(line.get("discount_percent") or 0) / 100)
            gst = (taxable * Decimal("0.18")).quantize(PAISA, ROUND_HALF_UP)
            product = self.products[line["product"] - 1]
            lines.append(
                {
                    **line,
                    "id": line.get("id") or 1000 + position,
                    "product_display": product["name"],
                    "taxable_value": money(taxable),
                    "tax": money(gst),
                    "line_total": money(taxable + gst),
                }
            )
            total, tax = total + taxable, tax + gst
        half = money(tax / 2)
        sums = {"taxable_total": money(total), "cgst_total": half, "sgst_total": half, "igst_total": "0.00"}
        return {**body, "lines": lines, **sums, "grand_total": money(total + tax)}

    def problems(self, body: dict) -> list[tuple[str, str, str]]:
        found = []
        for index, line in enumerate(body.get("lines", [])):
            try:
                if Decimal(line.get("quantity") or "0") <= 0:
                    found.append((f"lines.{index}.quantity", "min_value", "Quantity must be more than 0."))
            except InvalidOperation:
                found.append((f"lines.{index}.quantity", "invalid", "A valid number is required."))
        if body.get("po_reference") == "BAD":
            found.append(("po_reference", "invalid", "This reference was used before."))
        return found

    def preview(self, body: dict) -> tuple[int, dict]:
        if any(line.get("quantity") == self.slow_quantity for line in body.get("lines", [])):
            time.sleep(0.8)
        found = self.problems(body)
        if found:
            return invalid(*found)
        answer = self.worked_out(body)
        for line in answer["lines"]:
            line["price_why"] = "Price list TRADE" if line.get("product") else ""
        return ok(answer)

    def create(self, body: dict) -> tuple[int, dict]:
        found = self.problems(body)
        if not body.get("lines"):
            found.append(("lines", "required", "An invoice needs at least one line."))
        if found:
            return invalid(*found)
        return ok(self.store(7 + len(self.invoices), body, 1), 201, "Invoice saved")

    def store(self, pk: int, body: dict, version: int) -> dict:
        party = self.parties[body.get("party", 1) - 1]
        head = {"id": pk, "version": version, "status": "draft", "admin_url": ADMIN_URL.format(pk)}
        self.invoices[pk] = {**self.worked_out(body), **head, "party_display": party["display_name"]}
        return self.invoices[pk]

    def change(self, method: str, pk: int, body) -> tuple[int, dict]:
        record = self.invoices.get(pk)
        if record is None:
            return refused(404, "Not found")
        if method == "GET":
            return ok(record)
        if body.get("version") != record["version"]:
            entry = [{"field": "version", "code": "version_conflict", "detail": "Changed by somebody else."}]
            return refused(409, "Changed by somebody else.", entry, {"current": record})
        merged = {**record, **{name: value for name, value in body.items() if name != "version"}}
        found = self.problems(merged)
        return (
            invalid(*found)
            if found
            else ok(self.store(pk, merged, record["version"] + 1), 200, "Invoice saved")
        )

    def verb(self, pk: int, verb: str, body) -> tuple[int, dict]:
        record = self.invoices[pk]
        if verb == "cancel" and len(body.get("reason", "")) < 5:
            return invalid(("reason", "min_length", "Say more about the reason."))
        if verb == "amend":
            found = self.problems({"lines": [{"quantity": "1", **line} for line in body.get("lines", [])]})
            if found:
                return invalid(*found)
        if verb == "duplicate":
            return ok({**record, "id": 99, "admin_url": ADMIN_URL.format(99)}, 201)
        if verb == "build":
            self.job_polls = 0
            return ok({"job": {"id": 5, "status": "queued"}}, 202)
        record["status"] = {"post": "posted", "cancel": "cancelled"}.get(verb, record["status"])
        return ok(record, 200, f"Invoice {record['status']}")

    def ask(self, pk: int) -> tuple[int, dict]:
        """What the dialog of taking goods back asks for, after a moment in which somebody clicks again."""
        time.sleep(0.4)
        rows = [
            {"line": line["id"], "description": line["product_display"], "amount": "", "serials": "A1, A2"}
            for line in self.invoices[pk]["lines"]
        ]
        columns = [
            {"name": "description", "label": "Line", "kind": "text", "input": False},
            {"name": "amount", "label": "Worth", "kind": "money", "input": True},
            {"name": "serials", "label": "Serial numbers", "kind": "list", "input": True},
        ]
        lines = {"name": "lines", "label": "Lines", "kind": "lines", "required": True, "columns": columns}
        return ok({"fields": [{**lines, "rows": rows, "sent": ["line"], "counts": "amount"}]})

    def link(self, pk: int) -> tuple[int, dict]:
        """The address under which the customer sees an invoice."""
        time.sleep(0.4)
        return ok({"url": f"https://acme.example/see/{pk}"})

    # ── the rest ──────────────────────────────────────────────────────────────────────────────────────

    def notification_list(self, query: dict) -> tuple[int, dict]:
        rows = [n for n in self.notifications if not query.get("unread") or n["read_at"] is None]
        return self.page(rows[::-1], query, [])

    def read_all(self) -> tuple[int, dict]:
        for row in self.notifications:
            row["read_at"] = "2026-11-21T06:00:00Z"
        return ok({})

    def read_one(self, pk: int) -> tuple[int, dict]:
        self.notifications[pk - 1]["read_at"] = "2026-11-21T06:00:00Z"
        return ok(self.notifications[pk - 1])

    def job(self, pk: int) -> tuple[int, dict]:
        self.job_polls += 1
        done = min(100, 40 * self.job_polls)
        status = "succeeded" if done == 100 else "running"
        return ok({"id": pk, "status": status, "done": done, "total": 100, "message": f"{done} of 100 rows"})

    def beside(self, method: str, name: str, query: dict, body) -> tuple[int, dict]:
        """Timeline, comments, files and links of one record."""
        rows = self.records[name]
        if method == "POST":
            if name == "attachments" and body["name"].endswith(".exe"):
                return invalid(("file", "type", "This kind of file is not accepted."))
            rows.append({"id": len(rows) + 1, "created_at": "2026-11-21T06:00:00Z", **body})
            if name == "comments":
                entry = {"id": 9, "at": "2026-11-21T06:00:00Z", "verb": "comment", "actor_label": "Me"}
                self.records["timeline"].insert(0, {**entry, "text": body["text"]})
            return ok(rows[-1], 201)
        if name == "timeline" and query.get("show"):
            rows = [row for row in rows if row["group"] == query["show"]]
        if name == "mentions":
            rows = [row for row in rows if row["name"].lower().startswith(query["q"].lower())]
        return ok(rows)

    def attachment_remove(self, pk: int) -> tuple[int, dict]:
        rows = self.records["attachments"]
        rows[:] = [row for row in rows if row["id"] != pk]
        return ok({})

    def search(self, text: str) -> tuple[int, dict]:
        rows = [
            {
                "kind": "party",
                "id": p["id"],
                "title": p["display_name"],
                "subtitle": p["gstin"],
                "url": f"/document?id={p['id']}",
                "score": 1,
            }
            for p in self.parties
            if text.lower() in p["display_name"].lower()
        ]
        return ok({"results": rows[:10]})
