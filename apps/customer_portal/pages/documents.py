"""Home, lists, documents, their print, comments and acts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from apps.core.errors import BahiError
from apps.core.formats import show_money
from apps.core.uow import run_in_unit_of_work
from apps.customer_portal import showing
from apps.customer_portal.pages.common import portal_page
from apps.customer_portal.registry import Answer, Section
from apps.customer_portal.selectors import Visit, balances_of, cards_of, record_of
from apps.customer_portal.services import acting
from apps.customer_portal.throttling import ActThrottle
from apps.documents.pdf import pdf_answer
from apps.documents.picks import Picks, picks_read

PER_PAGE = 25
SUMS = "sums"  # shows the totals of what was chosen; answers nothing


@portal_page
@require_safe
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What needs attention, and the latest of each section."""
    return render(
        request,
        "customer_portal/home.html",
        {"visit": visit, "cards": cards_of(visit), "balances": balances_of(visit), "active": "home"},
    )


@portal_page
@require_safe
def listing(request: HttpRequest, visit: Visit, key: str) -> HttpResponse:
    """A section's documents, newest first; ``show`` takes a part of them."""
    section = visit.section(key)
    asked = request.GET.get("show", "")
    chosen = section.part(asked)
    if asked and chosen is None:
        raise Http404("no such part of the list")
    rows = section.rows(visit.member.user)
    page = Paginator(chosen.apply(rows) if chosen else rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "customer_portal/list.html",
        {
            "visit": visit,
            "section": section,
            "active": section.key,
            "page": page,
            "rows": [showing.row_shown(section, record) for record in page],
            "chosen": chosen.name if chosen else "",
        },
    )


@portal_page
@require_safe
def record_page(request: HttpRequest, visit: Visit, key: str, pk: int) -> HttpResponse:
    section = visit.section(key)
    record = record_of(visit, section, pk)
    run_in_unit_of_work(lambda: acting.document_seen(visit, record))
    return _page(request, visit, section, record)


def _page(
    request: HttpRequest,
    visit: Visit,
    section: Section,
    record: Any,
    status: int = 200,
    *,
    picked: Picks | None = None,
    **more: Any,
) -> HttpResponse:
    code, picked = showing.currency_of(record), picked or Picks()
    lines = [
        [(cell, showing.shown(cell, line, code)) for cell in section.line_cells]
        for line in (section.lines(record) if section.lines else [])
    ]
    sums = [
        (label, show_money(amount, code)) for label, amount in (section.sums(record) if section.sums else [])
    ]
    context = {
        "visit": visit,
        "section": section,
        "active": section.key,
        "record": record,
        "state": section.state(record),
        "facts": [(c, value) for c in section.facts if (value := showing.shown(c, record, code))],
        "lines": lines,
        "sums": sums,
        "texts": [item for item in (section.texts(record) if section.texts else []) if item[1]],
        "steps": section.steps(record) if section.steps else [],
        "related": [
            (visit.section(other_key).one, other_key, other)
            for other_key, other in showing.related(visit, section, record)
        ],
        "story": showing.story(section, record),
        "choices": _choices(section, record, picked.chosen),
        "options": _options(section, record, picked.options),
        "tries": section.tried is not None,
        "acts": acting.acts_open(section, record, visit.member.user),
        "form": {"name": visit.member.user.name},
        "name_length": acting.NAME_LENGTH,
        "text_length": acting.TEXT_LENGTH,
        **more,
    }
    return render(request, "customer_portal/record.html", context, status=status)


def _choices(section: Section, record: Any, picked: Collection[int | None]) -> list[tuple[str, list[Any]]]:
    """What is chosen among; ``picked`` in a refused answer stays picked, else it would go back unnoticed."""
    groups = section.choices(record) if section.choices else []
    mine = [{pk for pk, _label, _now in rows} & set(picked) for _title, rows in groups]
    return [
        (title, [(pk, label, pk in own if own else now) for pk, label, now in rows])
        for (title, rows), own in zip(groups, mine, strict=True)
    ]


def _options(section: Section, record: Any, taken: Collection[int | None] | None) -> list[Any]:
    """What may be taken besides, ticked as it was sent."""
    rows = section.options(record) if section.options else []
    return [(pk, label, now if taken is None else pk in taken) for pk, label, now in rows]


@portal_page
@require_GET
def record_pdf(request: HttpRequest, visit: Visit, key: str, pk: int) -> HttpResponse:
    return pdf_answer(*acting.document_print(visit, visit.section(key), pk))


@portal_page
@require_POST
def record_act(request: HttpRequest, visit: Visit, key: str, pk: int) -> HttpResponse:
    """``action``: comment, or the name of an act. A refusal shows the page again with what was typed."""
    section = visit.section(key)
    record = record_of(visit, section, pk)
    posted = request.POST
    form = {
        "name": posted.get("name", ""),
        "text": posted.get("text", ""),
        "action": posted.get("action", ""),
    }
    picked = picks_read(posted)
    if ActThrottle().refused(request):
        errors = [{"detail": _("Too many tries. Please wait a moment.")}]
        return _page(request, visit, section, record, 429, picked=picked, form=form, errors=errors)
    try:
        if form["action"] == SUMS and section.tried and acting.acts_open(section, record, visit.member.user):
            section.tried(record, _answer_of(posted))
            return _page(request, visit, section, record, picked=picked, form=form)
        run_in_unit_of_work(lambda: _act(visit, section, record, posted))
    except BahiError as error:
        fresh = record_of(visit, section, pk)
        return _page(
            request, visit, section, fresh, error.status, picked=picked, form=form, errors=error.errors
        )
    messages.success(request, _done(section, form["action"]))
    return redirect("portal_record", key=key, pk=pk)


def _act(visit: Visit, section: Section, record: Any, posted: Any) -> None:
    if posted.get("action") == "comment":
        acting.document_comment(visit, record, text=posted.get("text", ""))
        return
    act = acting.act_of(section, posted.get("action", ""))
    acting.document_act(visit, section, record, act, _answer_of(posted))


def _answer_of(posted: Any) -> Answer:
    picked = picks_read(posted)
    return acting.answer_read(
        text=posted.get("text", ""),
        name=posted.get("name", ""),
        signature=posted.get("signature", ""),
        chosen=picked.chosen,
        options=picked.options,
    )


def _done(section: Section, action: str) -> str:
    return _("Your comment was sent.") if action == "comment" else str(acting.act_of(section, action).done)
