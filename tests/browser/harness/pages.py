"""The harness pages: a document page (new, draft, posted) and a portal home."""

from __future__ import annotations

import html
import json
from pathlib import Path
from string import Template

from tests.browser.harness.fake_api import FakeApi

HERE = Path(__file__).resolve().parent


def template(name: str) -> Template:
    """A page of this folder with $parts."""
    return Template((HERE / name).read_text())


COMMANDS = [
    {"label": "New invoice", "keywords": "bill sales create", "url": "/document", "icon": "plus"},
    {"label": "Portal home", "keywords": ["start"], "url": "/portal", "icon": "home"},
]

PARTY = {
    "url": "/api/v1/parties/parties/?is_customer=true",
    "label": "display_name",
    "sub": ["legal_name", "gstin"],
    "create": {
        "url": "/api/v1/parties/parties/",
        "title": "New customer",
        "text_fields": ["display_name"],
        "defaults": {"is_customer": True},
        "fields": [
            {"name": "display_name", "label": "Name", "kind": "text", "required": True, "width": 12},
            {"name": "gstin", "label": "GSTIN", "kind": "text", "width": 12},
        ],
    },
}
PRODUCT = {
    "url": "/api/v1/catalog/products/",
    "label": "name",
    "sub": ["code", "hsn"],
    "code": "code",
    "resets": ["description", "hsn", "unit", "unit_price"],
    "fill": {"unit_price": "sale_price", "description": "name", "unit": "unit", "hsn": "hsn"},
    "create": {
        "url": "/api/v1/catalog/products/",
        "title": "New product",
        "text_fields": ["name"],
        "fields": [
            {"name": "code", "label": "Code", "kind": "text", "required": True},
            {"name": "name", "label": "Name", "kind": "text", "required": True},
        ],
    },
}
STATES = [["27", "Maharashtra"], ["29", "Karnataka"], ["33", "Tamil Nadu"]]

FIELDS = [
    {"name": "party", "label": "Customer", "kind": "lookup", "required": True, "lookup": PARTY, "width": 4},
    {"name": "date", "label": "Date", "kind": "date", "required": True, "width": 2},
    {"name": "due_date", "label": "Due date", "kind": "date", "width": 2},
    {"name": "place_of_supply", "label": "Place of supply", "kind": "choice", "choices": STATES, "width": 2},
    {"name": "po_reference", "label": "PO reference", "kind": "text", "width": 2},
    {
        "name": "currency",
        "label": "Currency",
        "kind": "choice",
        "choices": [["INR", "INR"], ["USD", "USD"]],
        "required": True,
        "default": "INR",
        "width": 2,
    },
    {"name": "exchange_rate", "label": "Rate", "kind": "decimal", "decimals": 4, "width": 2},
    {"name": "discount_amount", "label": "Discount", "kind": "money", "width": 2},
    {"name": "prices_include_tax", "label": "Prices include tax", "kind": "bool", "width": 3},
    {"name": "number", "label": "Number", "kind": "text", "readonly": True, "width": 3},
    {
        "name": "shipping_address",
        "label": "Ship to",
        "kind": "json-address",
        "section": "Shipping",
        "width": 6,
        "states": STATES,
        "wanted": {"field": "place_of_supply", "values": ["33"]},
    },
    {
        "name": "terms",
        "label": "Terms",
        "kind": "textarea",
        "section": "Terms",
        "width": 12,
        "help": "Printed at the foot.",
    },
]
for _field in FIELDS:
    _field.setdefault("section", "Main")

UNITS = [["NOS", "Nos"], ["KGS", "Kg"], ["MTR", "Metre"]]
LINES = {
    "name": "lines",
    "label": "Lines",
    "columns": [
        {
            "name": "product",
            "label": "Product",
            "kind": "lookup",
            "required": True,
            "lookup": PRODUCT,
            "width": 210,
        },
        {"name": "description", "label": "Description", "kind": "text", "width": 200},
        {"name": "hsn", "label": "HSN", "kind": "text", "width": 80},
        {"name": "quantity", "label": "Quantity", "kind": "decimal", "required": True, "width": 90},
        {"name": "unit", "label": "Unit", "kind": "choice", "choices": UNITS, "width": 80},
        {
            "name": "unit_price",
            "label": "Price",
            "kind": "money",
            "required": True,
            "width": 100,
            "note": "price_why",
        },
        {"name": "discount_percent", "label": "Disc. %", "kind": "decimal", "width": 70},
        {"name": "shadow", "label": "Shadow", "kind": "bool", "width": 60},
        {"name": "taxable_value", "label": "Taxable", "kind": "computed", "width": 100},
        {"name": "tax", "label": "Tax", "kind": "computed", "width": 90},
        {"name": "line_total", "label": "Total", "kind": "computed", "width": 110},
    ],
}
TOTALS = [
    {"name": "taxable_total", "label": "Taxable value"},
    {"name": "cgst_total", "label": "CGST"},
    {"name": "sgst_total", "label": "SGST"},
    {"name": "igst_total", "label": "IGST"},
    {"name": "grand_total", "label": "Grand total"},
]
REASON = {"name": "reason", "label": "Reason", "kind": "text", "required": True, "width": 12}
VERBS = {
    "draft": [
        {
            "name": "post",
            "label": "Post",
            "style": "primary",
            "confirm": "Post this invoice to the books?",
            "answers": "record",
        },
        {"name": "build", "label": "Build PDF", "style": "plain", "answers": "record"},
    ],
    "posted": [
        {
            "name": "cancel",
            "label": "Cancel invoice",
            "style": "danger",
            "confirm": "It will be reversed.",
            "fields": [REASON],
            "answers": "record",
        },
        {
            "name": "return",
            "label": "Take back",
            "fields": [],
            "fields_url": "/api/v1/accounting/invoices/7/ask/",
            "answers": "record",
        },
        {
            "name": "correct",
            "label": "Correct",
            "fields": [
                {
                    "name": "po_date",
                    "label": "PO date",
                    "kind": "date",
                    "default": "2026-04-01",
                    "empties": True,
                },
                {"name": "packages", "label": "Packages", "kind": "decimal", "default": "3", "empties": True},
                {"name": "promised", "label": "Promised", "kind": "date", "default": "", "empties": True},
                {"name": "notes", "label": "Notes", "kind": "textarea", "default": "", "empties": True},
            ],
            "answers": "record",
        },
    ],
}
TOOLS = [
    {"name": "duplicate", "label": "Duplicate", "does": "verb", "answers": "new_document"},
    {
        "name": "link",
        "label": "Customer's link",
        "does": "copy",
        "url": "/api/v1/accounting/invoices/7/link/",
        "text": "Whoever has it sees the invoice.",
    },
]
OPENED = {
    "verb": "amend",
    "label": "Amend",
    "grid": "lines",
    "key": "line",
    "changes": ["description", "quantity", "unit_price"],
    "adds": ["product", "description", "quantity", "unit_price"],
    "fields": [{"name": "reason", "label": "Reason", "kind": "text", "width": 12}],
    "header": [],
    "known": ["party"],
    "back": "/document?id=7",
}
TONES = {"draft": "neutral", "posted": "success", "cancelled": "danger"}


def opened_grid(query: dict) -> dict:
    """The lines as a verb opens them: those that stood there keep their product and what is shadowed;
    ``removable=1002`` is the line that it can take away."""
    columns = []
    for column in LINES["columns"]:
        if column["name"] in OPENED["changes"] or column["kind"] == "computed":
            columns.append(column)
        else:
            known = column["name"] in ("product", "shadow")
            columns.append({**column, "new_only": True} if known else {**column, "readonly": True})
    removable = [int(query["removable"])] if "removable" in query else []
    return {**LINES, "fixed": True, "columns": columns, "removable": removable}


def more_grid() -> dict:
    """The lines with two columns that few of them need."""
    project = {"name": "project", "label": "Project", "kind": "text", "more": True, "width": 100}
    serials = {"name": "serials", "label": "Serial numbers", "kind": "list", "more": True, "width": 100}
    return {**LINES, "columns": [*LINES["columns"], project, serials]}


def json_script(name: str, value) -> str:
    """A JSON data block as Django's json_script writes it."""
    text = json.dumps(value).replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    return f'<script type="application/json" id="{name}">{text}</script>'


def document_config(api: FakeApi, query: dict) -> dict:
    """The document page's config for a new, draft or posted invoice; ``opened`` for amendment, with a
    column for ``more``."""
    pk = int(query["id"]) if "id" in query else None
    record = api.invoices.get(pk, {"date": "2026-11-21"})
    status = record.get("status", "draft")
    opened = "opened" in query
    more = {"opened": OPENED} if opened else {}
    return more | {
        "resource": "/api/v1/accounting/invoices/",
        "id": pk,
        "version": record.get("version"),
        "editable": opened or status == "draft",
        "record": record,
        "fields": FIELDS,
        "tools": TOOLS if pk and not opened else [],
        "grids": [opened_grid(query) if opened else more_grid() if "more" in query else LINES],
        "totals": TOTALS,
        "preview_url": "/api/v1/accounting/invoices/preview/",
        "verbs": [] if opened else VERBS.get(status, []),
        "state": {"value": status, "label": status.title(), "tone": TONES[status]},
        "urls": {
            "list": "/portal",
            "add": "/document",
            "prev": "/document?id=6",
            "next": "/document?id=8",
            "print": "/portal?print",
        },
        "labels": {},
    }


def page(title: str, body: str, data: dict, wide: str = "", formats: str = "") -> str:
    """A page in the harness frame; ``formats`` "western,iso": how the organisation writes numbers, dates."""
    blocks = "".join(json_script(name, value) for name, value in data.items())
    return template("frame.html").substitute(
        title=html.escape(title), json=blocks, body=body, wide=wide, formats=_formats(formats)
    )


def _formats(chosen: str) -> str:
    if not chosen:
        return ""
    numbers, dates = chosen.split(",")
    return f'<meta name="bahi-formats" data-numbers="{numbers}" data-dates="{dates}">'


def document_page(api: FakeApi, query: dict) -> str:
    """The document page."""
    data = {"bahi-commands": COMMANDS, "bahi-document-config": document_config(api, query)}
    body = '<h1 class="bahi-sr">Invoice</h1><div id="bahi-document"></div>' + template("beside.html").template
    return page("Invoice", body, data, " portal-body--wide", query.get("formats", ""))


def portal_page(_api: FakeApi, _query: dict) -> str:
    """A portal home with cards, a guarded form with a look-up, a timeline, badges and a running job."""
    tones = ("neutral", "info", "success", "warning", "danger", "done")
    badges = " ".join(f'<span class="bahi-badge bahi-badge--{tone}">{tone.title()}</span>' for tone in tones)
    body = template("portal.html").substitute(badges=badges, lookup=html.escape(json.dumps(PARTY)))
    return page("Home", body, {"bahi-commands": COMMANDS})


def matrix_page(_api: FakeApi, _query: dict) -> str:
    """Twelve permissions of four roles; the first role holds everything."""
    roles = ("Administrator", "Sales", "Stores", "Auditor")
    head = "".join(f'<th scope="col">{name}</th>' for name in roles)
    rows = []
    for number in range(12):
        cells = ['<td><input type="checkbox" checked disabled aria-label="all"></td>']
        cells += [
            f'<td><input type="checkbox" name="cell" value="{role}:{number}" aria-label="{role} {number}"></td>'
            for role in roles[1:]
        ]
        rows.append(f'<tr><th scope="row">Permission {number}</th>{"".join(cells)}</tr>')
    body = template("matrix.html").substitute(head=head, rows="".join(rows))
    return page("Roles and permissions", body, {"bahi-commands": COMMANDS})


PAGES = {"/document": document_page, "/portal": portal_page, "/matrix": matrix_page}
