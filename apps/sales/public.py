"""Pages behind a customer's link. Who holds the link may read one offer and answer it; nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounting.taxed_showing import taxed_sums
from apps.core.actor import Actor, reset_actor, set_actor
from apps.core.api.throttling import LinkThrottle
from apps.core.errors import BahiError, InvalidInput
from apps.core.events import emit
from apps.core.formats import show_money, show_quantity
from apps.core.locks import lock_row
from apps.core.scope import kind_of
from apps.core.uow import run_in_unit_of_work
from apps.documents.lifecycle import lifecycle_of
from apps.documents.models import TimelineEntry
from apps.documents.pdf import pdf_answer
from apps.documents.picks import Picks, picks_read
from apps.documents.services.timeline import timeline_add
from apps.sales.events import QuotationCommented
from apps.sales.models import Quotation, QuotationLine
from apps.sales.services.alternatives import choice_groups, nothing_to_choose
from apps.sales.services.public_links import LinkTarget, quotation_of_token
from apps.sales.services.quotations import quotation_answer, quotation_choose

NAME_LENGTH, TEXT_LENGTH = 120, 2000
SUMS = "sums"  # shows the totals of what was chosen; answers nothing
TRAIL = ("send", "accept", "reject", "chosen", "customer_comment")


class AnswerThrottle(LinkThrottle):
    scope = "public_link_answer"
    default_rate = "10/min"


View = Callable[..., HttpResponse]


def _limited(view: View) -> View:
    """429 with Retry-After once an address asks too often; answers are limited more than reading."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        answers = request.method == "POST" and request.POST.get("action") != SUMS
        throttle = AnswerThrottle() if answers else LinkThrottle()
        if wait := throttle.refused(request):
            answer = render(request, "sales/quotation_closed.html", {"state": "busy"}, status=429)
            answer["Retry-After"] = str(wait)
            return answer
        return view(request, token)

    return wrapper


def _target(token: str) -> LinkTarget:
    target = quotation_of_token(token)
    if target is None:
        raise Http404("no such offer")
    return target


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_limited
def quotation_page(request: HttpRequest, token: str) -> HttpResponse:
    """The offer with its answer form; POST accepts, rejects or comments."""
    target = _target(token)
    if target.state in ("ended", "replaced"):
        return _private(render(request, "sales/quotation_closed.html", _closed(target), status=410))
    if request.method == "POST":
        return _private(_answer(request, token, target))
    return _private(render(request, "sales/quotation_public.html", _context(target, token)))


@never_cache
@require_GET
@_limited
def quotation_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The printed offer."""
    from apps.documents.services.printing import document_pdf

    target = _target(token)
    if target.state in ("ended", "replaced"):
        return _private(render(request, "sales/quotation_closed.html", _closed(target), status=410))
    return _private(pdf_answer(*document_pdf(target.quotation, by=None)))


def _private(response: HttpResponse) -> HttpResponse:
    """The token is in the address: no search engine, no referrer to other sites."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Not "no-referrer": the browser would send "Origin: null" with the answer, and the CSRF check refuse it.
    response["Referrer-Policy"] = "same-origin"
    return response


def _closed(target: LinkTarget) -> dict[str, Any]:
    return {"state": target.state, "number": str(target.quotation), "company": target.quotation.company}


def _context(target: LinkTarget, token: str, **more: Any) -> dict[str, Any]:
    quotation = target.quotation
    code = quotation.currency.code
    rows = more.pop("rows", None) or list(quotation.lines.select_related("unit"))
    return {
        "quotation": quotation,
        "company": quotation.company,
        "token": token,
        "open": target.state == "open",
        "state": lifecycle_of(Quotation).state(quotation.status),
        "waiting": _("Waiting for your answer"),
        "lines": [_line(line, code) for line in rows if line.counted],
        "choices": _choices(rows, code),
        "options": [{**_line(line, code), "line": line} for line in rows if line.optional],
        "sums": _sums(quotation, code),
        "grand_total": show_money(quotation.grand_total, code),
        "trail": _trail(quotation),
        "name_length": NAME_LENGTH,
        "text_length": TEXT_LENGTH,
        "form": {},
        **more,
    }


def _choices(rows: list[QuotationLine], code: str) -> list[dict[str, Any]]:
    """The groups of which the customer takes one line each."""
    return [
        {"number": number, "rows": [{**_line(line, code), "line": line} for line in lines]}
        for number, lines in choice_groups(rows).items()
    ]


def _line(line: Any, code: str) -> dict[str, str]:
    unit = f" {line.unit.code}" if line.unit_id else ""
    note = _("%(n)s %% off") % {"n": show_quantity(line.discount_percent)} if line.discount_percent else ""
    return {
        "description": line.description,
        "quantity": f"{show_quantity(line.quantity)}{unit}",
        "price": show_money(line.unit_price, code),
        "amount": _("not billed") if line.shadow else show_money(line.gross_value, code),
        "note": note,
    }


def _sums(quotation: Quotation, code: str) -> list[dict[str, Any]]:
    *rows, total = [
        {"label": label, "amount": show_money(amount, code)} for label, amount in taxed_sums(quotation)
    ]
    return [*rows, {**total, "strong": True}]


def _trail(quotation: Quotation) -> list[dict[str, Any]]:
    """What the customer may see of the timeline: the offer's own story, our people not by name."""
    entries = TimelineEntry.objects.filter(
        target_kind=kind_of(quotation), target_id=quotation.pk, verb__in=TRAIL
    ).order_by("id")
    return [
        {
            "at": entry.at,
            "who": entry.data.get("name") or quotation.company.trade_name,
            "text": entry.text,
        }
        for entry in entries
    ]


# --- the customer's answer ------------------------------------------------------------------------


def _answer(request: HttpRequest, token: str, target: LinkTarget) -> HttpResponse:
    name = _clean(request.POST.get("name", ""), NAME_LENGTH)
    text = _clean(request.POST.get("text", ""), TEXT_LENGTH)
    action = request.POST.get("action", "")
    form = {"name": name, "text": text, "action": action}
    picks = Picks()
    try:
        picks = _picked(request)
        if action == SUMS and target.state == "open":
            lines = quotation_choose(target.quotation, picks.chosen, options=picks.options, save=False)
            return render(
                request, "sales/quotation_public.html", _context(target, token, form=form, rows=lines)
            )
        _check(action, name, text)
        actor = Actor(
            kind="customer",
            label=_("%(name)s (customer's link)") % {"name": name},
            address=request.META.get("REMOTE_ADDR", ""),
        )
        before = set_actor(actor)
        try:
            run_in_unit_of_work(lambda: _act(target.quotation, action, name, text, picks))
        finally:
            reset_actor(before)
    except BahiError as error:
        fresh = _target(token)
        rows = _still_chosen(fresh, picks)
        context = _context(fresh, token, form=form, errors=error.errors, rows=rows)
        return render(request, "sales/quotation_public.html", context, status=error.status)
    return redirect("sales_quotation_public", token=token)


def _picked(request: HttpRequest) -> Picks:
    """Raises InvalidInput (``chosen``, ``options``)."""
    picks = picks_read(request.POST)
    for field, keys in (("chosen", picks.chosen), ("options", picks.options or ())):
        if None in keys:
            raise nothing_to_choose(field)
    return picks


def _still_chosen(target: LinkTarget, picks: Picks) -> list[QuotationLine] | None:
    """The lines with what the customer had picked, so that a refused answer doesn't put it back unnoticed."""
    if target.state != "open":
        return None
    with suppress(BahiError):
        return quotation_choose(target.quotation, picks.chosen, options=picks.options, save=False)
    return None


def _clean(text: str, length: int) -> str:
    return text.replace("\x00", "").strip()[:length]


def _check(action: str, name: str, text: str) -> None:
    if action not in ("accept", "reject", "comment"):
        raise InvalidInput(_("Choose accept, reject or comment."), field="action")
    if not name:
        raise InvalidInput(_("Please enter your name."), field="name", code="required")
    if action != "accept" and not text:
        raise InvalidInput(_("Please write a few words."), field="text", code="required")


def _act(quotation: Quotation, action: str, name: str, text: str, picks: Picks) -> None:
    if action == "comment":
        row = lock_row(Quotation, quotation.pk)
        timeline_add(row, "customer_comment", text=text, data={"name": name})
        emit(
            QuotationCommented(
                quotation_id=row.pk, number=row.number, owner_id=row.owner_id, author=name, text=text
            )
        )
        return
    quotation_answer(
        quotation, accept=action == "accept", name=name, text=text, chosen=picks.chosen, options=picks.options
    )
