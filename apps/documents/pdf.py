"""How a printed document is answered to a browser or program."""

from __future__ import annotations

from django.http import HttpResponse


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """The PDF, shown in the window rather than saved."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
