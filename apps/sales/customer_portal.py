"""What customers see of sales in their portal: quotations, orders, deliveries."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.models import Invoice
from apps.accounting.taxed_showing import LINE_CELLS, taxed_sums, taxed_texts
from apps.company.selectors import company_today
from apps.core.formats import show_date, show_money
from apps.customer_portal.registry import (
    DATE,
    FROM,
    TOTAL,
    Act,
    Answer,
    Cell,
    Filter,
    Section,
    State,
    lifecycle_state,
    register_section,
)
from apps.documents.lifecycle import lifecycle_of
from apps.documents.selectors import made_of
from apps.sales.models import Delivery, Order, Quotation
from apps.sales.portal import open_quotations
from apps.sales.selectors import order_progress
from apps.sales.services.alternatives import choice_groups
from apps.sales.services.public_links import quotation_state
from apps.sales.services.quotations import quotation_answer, quotation_choose, quotation_sign

WAITING = gettext_lazy("Waiting for your answer")
_VALID = Cell("valid_until", gettext_lazy("Valid until"), "valid_until", "day")
_PROMISED = Cell("promised_date", gettext_lazy("Promised for"), "promised_date", "day")
_CARRIER = Cell("carrier", gettext_lazy("Carrier"), "carrier")
_TRACKING = Cell("tracking_number", gettext_lazy("Tracking number"), "tracking_number")


def _offer(**how: Any) -> Section:
    """A section of what was offered or ordered: documents with tax lines, sums and terms."""
    return Section(
        lines=lambda record: record.lines.select_related("unit"), sums=taxed_sums, texts=taxed_texts, **how
    )


def _quotation_state(quotation: Quotation) -> State:
    found = quotation_state(quotation)
    if found == "open":
        return State("open", WAITING, "warning")
    if found == "ended":
        return State("expired", lifecycle_of(Quotation).state("expired").label, "neutral")
    return lifecycle_state(quotation)


def _answer(accept: bool) -> Any:
    def run(quotation: Quotation, user: Any, answer: Answer) -> None:
        name = answer.name or user.name
        quotation_answer(
            quotation,
            accept=accept,
            name=name,
            text=answer.text,
            chosen=answer.chosen,
            options=answer.options,
        )
        if accept:
            quotation_sign(quotation, name=answer.name, picture=answer.signature)

    return run


def _beside(line: Any) -> str:
    """Why a line is not in the total, or that it was chosen among others."""
    if line.optional:
        return _("optional, taken") if line.chosen else _("optional")
    if line.choice is None:
        return ""
    return _("chosen") if line.chosen else _("alternative, not in the total")


def _choices(quotation: Quotation) -> list[tuple[str, list[tuple[int, str, bool]]]]:
    """The groups of lines of which the customer takes one each."""
    code, groups = quotation.currency.code, choice_groups(quotation.lines.order_by("position", "id"))
    return [
        (
            _("Line %(n)s: one of these") % {"n": number},
            [(row.pk, f"{row.description}: {show_money(row.line_total, code)}", row.chosen) for row in rows],
        )
        for number, rows in groups.items()
    ]


def _options(quotation: Quotation) -> list[tuple[int, str, bool]]:
    """The optional lines, which the customer takes or leaves."""
    code, rows = quotation.currency.code, quotation.lines.filter(optional=True, shadow=False)
    return [
        (row.pk, f"{row.description}: {show_money(row.line_total, code)}", row.chosen)
        for row in rows.order_by("position", "id")
    ]


def _tried(quotation: Quotation, answer: Answer) -> None:
    quotation_choose(quotation, answer.chosen, options=answer.options, save=False)


def _is_open(quotation: Quotation) -> bool:
    return quotation_state(quotation) == "open"


def open_offers(queryset: Any) -> Any:
    """Sent, not answered, and still good today."""
    return open_quotations(queryset).exclude(valid_until__lt=company_today())


register_section(
    _offer(
        key="quotations",
        title=gettext_lazy("Quotations"),
        one=gettext_lazy("Quotation"),
        model=Quotation,
        icon="offer",
        order=10,
        columns=(DATE, _VALID, TOTAL),
        state=_quotation_state,
        facts=(
            FROM,
            DATE,
            _VALID,
            Cell("po_reference", gettext_lazy("Your reference"), "po_reference"),
            Cell("decided_by", gettext_lazy("Answered by"), "decided_by"),
        ),
        line_cells=(
            *LINE_CELLS,
            Cell("optional", gettext_lazy("Optional"), _beside),
        ),
        choices=_choices,
        options=_options,
        tried=_tried,
        filters=(
            Filter("to_answer", gettext_lazy("To answer"), open_offers, attention=True, tone="warning"),
        ),
        acts=(
            Act(
                "accept",
                gettext_lazy("Accept the offer"),
                "sales.decide_quotation",
                _answer(True),
                _is_open,
                gettext_lazy("Thank you. You accepted the offer."),
                style="primary",
                signed=True,
            ),
            Act(
                "reject",
                gettext_lazy("Reject"),
                "sales.decide_quotation",
                _answer(False),
                _is_open,
                gettext_lazy("You rejected the offer. Thank you for telling us why."),
                style="danger",
                needs_text=True,
            ),
        ),
        trail=("send", "accept", "reject"),
        announced=("send",),
        related=lambda record, user: [
            ("orders", row) for row in Order.objects.for_user(user).filter(quotation=record)
        ],
    )
)


# --- orders ---------------------------------------------------------------------------------------


def _steps(order: Order) -> list[tuple[Any, str, bool]]:
    """Confirmed, delivered, invoiced: how far the order is."""
    delivered, invoiced = order_progress(order)
    said = {"none": _("not yet"), "partial": _("in part"), "complete": _("complete")}
    rows = [(_("Confirmed"), show_date(order.date), order.status in ("confirmed", "closed"))]
    rows += [
        (title, said[progress], progress == "complete")
        for title, progress in ((_("Delivered"), delivered), (_("Invoiced"), invoiced))
        if progress in said
    ]
    return rows


def _order_related(order: Order, user: Any) -> list[tuple[str, Any]]:
    quotations = Quotation.objects.for_user(user).filter(pk=order.quotation_id)
    return [
        *(("quotations", row) for row in quotations),
        *(("deliveries", row) for row in Delivery.objects.for_user(user).filter(order=order)),
        *(("invoices", row) for row in Invoice.objects.for_user(user).filter(pk__in=made_of(order, Invoice))),
    ]


register_section(
    _offer(
        key="orders",
        title=gettext_lazy("Orders"),
        one=gettext_lazy("Order"),
        model=Order,
        icon="order",
        order=20,
        columns=(DATE, _PROMISED, TOTAL),
        facts=(
            FROM,
            DATE,
            _PROMISED,
            Cell("po_reference", gettext_lazy("Your order"), "po_reference"),
        ),
        line_cells=(
            *LINE_CELLS,
            Cell(
                "delivered",
                gettext_lazy("Delivered"),
                lambda line: line.delivered_quantity - line.returned_quantity,
                "quantity",
            ),
        ),
        steps=_steps,
        related=_order_related,
        filters=(
            Filter(
                "under_way",
                gettext_lazy("Under way"),
                lambda rows: rows.filter(status__in=("confirmed", "on_hold")),
                attention=True,
            ),
        ),
        trail=("confirm", "amend", "close", "cancel"),
        announced=("confirm",),
    )
)

register_section(
    Section(
        key="deliveries",
        title=gettext_lazy("Deliveries"),
        one=gettext_lazy("Delivery"),
        model=Delivery,
        icon="delivery",
        order=30,
        select=("company",),
        columns=(DATE, _CARRIER, _TRACKING),
        facts=(
            FROM,
            DATE,
            _CARRIER,
            _TRACKING,
            Cell("vehicle_number", gettext_lazy("Vehicle"), "vehicle_number"),
            Cell("packages", gettext_lazy("Packages"), "packages", "number"),
        ),
        lines=lambda record: record.lines.select_related("unit", "batch"),
        line_cells=(
            Cell("description", gettext_lazy("Description"), "description", strong=True),
            Cell("quantity", gettext_lazy("Quantity"), "quantity", "quantity"),
            Cell("unit", gettext_lazy("Unit"), "unit.code"),
            Cell("batch", gettext_lazy("Batch"), lambda line: str(line.batch) if line.batch_id else ""),
            Cell("serials", gettext_lazy("Serial numbers"), lambda line: ", ".join(line.serials)),
        ),
        related=lambda record, user: [
            *(("orders", row) for row in Order.objects.for_user(user).filter(pk=record.order_id)),
            *(("invoices", row) for row in Invoice.objects.for_user(user).filter(pk=record.invoice_id)),
        ],
        trail=("post", "cancel"),
        announced=("post",),
    )
)
