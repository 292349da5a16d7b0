"""The statement of account of a firm, as page and print."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.core.errors import InvalidInput
from apps.core.formats import show_money
from apps.customer_portal.pages.common import portal_page
from apps.customer_portal.selectors import Visit
from apps.customer_portal.services.statements import statement_asked, statement_of, statement_print
from apps.documents.pdf import pdf_answer


@portal_page
@require_safe
def statement_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    context: dict[str, Any] = {"visit": visit, "active": "statement"}
    status = 200
    try:
        asked = statement_asked(visit, request.GET)
        statement = statement_of(visit, asked)
        parts = [_part(part) for part in statement.parts] if statement else []
        context |= {"asked": asked, "parts": parts, "query": request.GET.urlencode()}
    except InvalidInput as error:
        status = 400
        context |= {"asked": statement_asked(visit, {}), "errors": error.errors, "parts": []}
    return render(request, "customer_portal/statement.html", context, status=status)


def _part(part: Any) -> dict[str, Any]:
    code = part.currency.code
    return {
        "currency": code,
        "opening": show_money(part.opening, code),
        "rows": [
            {
                "row": row,
                "debit": show_money(row.debit, code) if row.debit else "",
                "credit": show_money(row.credit, code) if row.credit else "",
                "balance": show_money(row.balance, code),
            }
            for row in part.rows
        ],
        "debit": show_money(part.debit, code),
        "credit": show_money(part.credit, code),
        "closing": show_money(part.closing, code),
    }


@portal_page
@require_safe
def statement_pdf(request: HttpRequest, visit: Visit) -> HttpResponse:
    try:
        asked = statement_asked(visit, request.GET)
    except InvalidInput as error:
        context = {"visit": visit, "asked": statement_asked(visit, {}), "errors": error.errors, "parts": []}
        return render(request, "customer_portal/statement.html", context, status=400)
    return pdf_answer(*statement_print(visit, asked))
