"""Transition tables of quotations, orders, deliveries and returns."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.documents.lifecycle import (
    Ask,
    AskColumn,
    Lifecycle,
    State,
    Transition,
    cancel_transition,
    correct_transition,
    post_transition,
    posting_states,
    register_lifecycle,
)
from apps.sales.choices import BillingBasis, ReturnCondition
from apps.sales.models import Delivery, DeliveryReturn, Order, Quotation
from apps.sales.selectors import order_awaits, order_short, returnable_rows
from apps.sales.services import billing, deliveries, orders, quotations, returns
from apps.sales.services.alternatives import alternative_rows, optional_rows
from apps.sales.services.amendments import LINE_ADDS, LINE_CHANGES, lines_removable

OWN_PLACES = "company={company}&active=true&kind__in=warehouse,zone,bin"

ALTERNATIVES = Ask(
    "chosen",
    _("Alternatives: one of each line"),
    "lines",
    rows=alternative_rows,
    sent=("line",),
    counts="chosen",
    hides=True,
    columns=(
        AskColumn("group", _("Of line")),
        AskColumn("description", _("Description")),
        AskColumn("total", _("Amount with tax"), "money"),
        AskColumn("chosen", _("Chosen"), "bool", input=True, one_of="group"),
    ),
)
OPTIONS = Ask(
    "options",
    _("Optional lines that are taken"),
    "lines",
    rows=optional_rows,
    sent=("line",),
    hides=True,
    columns=(
        AskColumn("description", _("Description")),
        AskColumn("total", _("Amount with tax"), "money"),
        AskColumn("taken", _("Taken"), "bool", input=True),
    ),
)

QUOTATION = register_lifecycle(
    Lifecycle(
        Quotation,
        (
            State("draft", _("Draft"), "neutral", editable=True),
            State("sent", _("Sent"), "info", open=True),
            State("accepted", _("Accepted"), "success"),
            State("rejected", _("Rejected"), "danger"),
            State("expired", _("Expired"), "neutral"),
            State("superseded", _("Superseded"), "neutral"),
        ),
        (
            Transition(
                "send",
                ("draft", "sent"),
                "sent",
                "sales.send_quotation",
                quotations.quotation_send,
                _("Send"),
                style="primary",
                asks=(
                    Ask("email", _("E-mail of the customer"), suggest="party.email"),
                    Ask("message", _("Message"), "textarea"),
                ),
                numbered=True,
                past=_("Quotation sent"),
            ),
            Transition(
                "accept",
                ("sent",),
                "accepted",
                "sales.decide_quotation",
                quotations.quotation_accept,
                _("Accepted by the customer"),
                style="primary",
                asks=(ALTERNATIVES, OPTIONS, Ask("name", _("Who accepted")), Ask("comment", _("Comment"))),
                past=_("Quotation accepted"),
            ),
            Transition(
                "reject",
                ("sent",),
                "rejected",
                "sales.decide_quotation",
                quotations.quotation_reject,
                _("Rejected by the customer"),
                asks=(Ask("reason", _("Reason"), required=True), Ask("name", _("Who rejected"))),
                past=_("Quotation rejected"),
            ),
            Transition(
                "revise",
                ("sent", "accepted", "rejected", "expired"),
                "superseded",
                "sales.revise_quotation",
                quotations.quotation_revise,
                _("Revise"),
                answers="new_document",
                past=_("Quotation revised"),
            ),
            Transition(
                "convert",
                ("sent", "accepted"),
                "accepted",
                "sales.convert_quotation",
                quotations.quotation_convert,
                _("Make order"),
                style="primary",
                asks=(
                    Ask("lines", _("Lines"), "json"),
                    ALTERNATIVES,
                    OPTIONS,
                    Ask("date", _("Date"), "date"),
                    Ask("promised_date", _("Promised for"), "date"),
                ),
                answers="new_document",
                past=_("Order drafted"),
            ),
            Transition(
                "expire",
                ("sent",),
                "expired",
                "sales.expire_quotation",
                quotations.quotation_expire,
                _("End the offer"),
                past=_("Quotation expired"),
            ),
        ),
    )
)

ORDER = register_lifecycle(
    Lifecycle(
        Order,
        (
            State("draft", _("Draft"), "neutral", editable=True),
            State("confirmed", _("Confirmed"), "success", open=True),
            State("on_hold", _("On hold"), "warning", open=True),
            State("closed", _("Closed"), "done"),
            State("cancelled", _("Cancelled"), "danger"),
        ),
        (
            Transition(
                "confirm",
                ("draft",),
                "confirmed",
                "sales.confirm_order",
                orders.order_confirm,
                _("Confirm"),
                style="primary",
                asks=(
                    Ask(
                        "reason",
                        _("Why the credit limit may be passed"),
                        after=(
                            ("credit_limit", "sales.override_credit"),
                            ("credit_overdue", "sales.override_credit"),
                        ),
                    ),
                ),
                numbered=True,
                past=_("Order confirmed"),
            ),
            Transition(
                "deliver",
                ("confirmed",),
                None,
                "sales.deliver_order",
                deliveries.order_deliver,
                _("Deliver"),
                style="primary",
                shown=lambda order: order_awaits(order, "delivery"),
                asks=(
                    Ask("lines", _("Lines"), "json"),
                    Ask("date", _("Date"), "date"),
                    Ask("place", _("From"), "record", related="inventory.place", query=OWN_PLACES),
                ),
                answers="new_document",
                past=_("Delivery drafted"),
            ),
            Transition(
                "invoice",
                ("confirmed", "closed"),
                None,
                "sales.invoice_order",
                billing.order_invoice,
                _("Invoice"),
                style="primary",
                shown=lambda order: order_awaits(order, "invoice"),
                asks=(
                    Ask("lines", _("Lines"), "json"),
                    Ask("basis", _("Of"), "choice", choices=tuple(BillingBasis.choices)),
                    Ask("date", _("Date"), "date"),
                ),
                answers="new_document",
                past=_("Invoice drafted"),
            ),
            Transition(
                "proforma",
                ("confirmed",),
                None,
                "sales.invoice_order",
                billing.order_proforma,
                _("Proforma"),
                asks=(Ask("date", _("Date"), "date"),),
                answers="new_document",
                past=_("Proforma drafted"),
            ),
            Transition(
                "amend",
                ("confirmed",),
                None,
                "sales.amend_order",
                orders.order_amend,
                _("Amend"),
                asks=(
                    Ask(
                        "lines",
                        _("Lines"),
                        "json",
                        changes=LINE_CHANGES,
                        adds=LINE_ADDS,
                        removes=lines_removable,
                    ),
                    Ask("promised_date", _("Promised for"), "date"),
                    Ask("po_reference", _("Their order")),
                    Ask("reason", _("Reason")),
                ),
                past=_("Order amended"),
            ),
            Transition(
                "reserve",
                ("confirmed",),
                None,
                "sales.deliver_order",
                orders.order_reserve_again,
                _("Reserve stock"),
                shown=order_short,
                past=_("Stock reserved"),
                bulk=True,
            ),
            Transition(
                "hold",
                ("confirmed",),
                "on_hold",
                "sales.hold_order",
                orders.order_hold,
                _("Hold"),
                asks=(Ask("reason", _("Reason")),),
                past=_("Order put on hold"),
            ),
            Transition(
                "resume",
                ("on_hold",),
                "confirmed",
                "sales.hold_order",
                orders.order_resume,
                _("Resume"),
                past=_("Hold ended"),
            ),
            Transition(
                "close",
                ("confirmed", "on_hold"),
                "closed",
                "sales.close_order",
                orders.order_close,
                _("Close"),
                asks=(Ask("reason", _("Reason")),),
                past=_("Order closed"),
            ),
            cancel_transition(
                "sales.cancel_order",
                orders.order_cancel,
                confirm=_("Cancel this order?"),
                past=_("Order cancelled"),
                sources=("draft", "confirmed", "on_hold"),
            ),
        ),
    )
)

DELIVERY = register_lifecycle(
    Lifecycle(
        Delivery,
        posting_states(_("Delivered")),
        (
            post_transition(
                "sales.post_delivery",
                deliveries.delivery_post,
                past=_("Delivery posted"),
                label=_("Deliver"),
                reason=Ask(
                    "reason",
                    _("Reason (credit limit or closed period)"),
                    after=(
                        ("credit_limit", "sales.override_credit"),
                        ("credit_overdue", "sales.override_credit"),
                        ("period_soft_closed", "company.post_soft_closed"),
                    ),
                ),
            ),
            Transition(
                "invoice",
                ("posted",),
                None,
                "sales.invoice_order",
                billing.delivery_invoice,
                _("Invoice"),
                style="primary",
                asks=(Ask("date", _("Date"), "date"),),
                answers="new_document",
                shown=lambda delivery: delivery.order_id is not None,
                past=_("Invoice drafted"),
            ),
            Transition(
                "return",
                ("posted",),
                None,
                "sales.return_delivery",
                returns.delivery_return,
                _("Take goods back"),
                asks=(
                    Ask(
                        "lines",
                        _("What comes back"),
                        "lines",
                        rows=returnable_rows,
                        sent=("line",),
                        counts="quantity",
                        columns=(
                            AskColumn("description", _("Line")),
                            AskColumn("left", _("Still with the customer"), "decimal"),
                            AskColumn("quantity", _("Comes back"), "decimal", input=True),
                            AskColumn("serials", _("Serial numbers"), "list", input=True),
                        ),
                    ),
                    Ask("reason", _("Reason"), required=True),
                    Ask(
                        "condition",
                        _("Condition"),
                        "choice",
                        choices=tuple(ReturnCondition.choices),
                        default=ReturnCondition.RESTOCK.value,
                    ),
                    Ask("place", _("Into"), "record", related="inventory.place", query=OWN_PLACES),
                    Ask("credit_note", _("Draft a credit note"), "bool", default=True),
                    Ask("date", _("Date"), "date"),
                ),
                past=_("Goods taken back"),
            ),
            correct_transition(
                Delivery,
                "sales.change_delivery",
                ("carrier", "vehicle_number", "tracking_number", "packages", "instructions", "notes"),
            ),
            cancel_transition(
                "sales.cancel_delivery",
                deliveries.delivery_cancel,
                confirm=_("The goods move back into stock today."),
                past=_("Delivery cancelled"),
            ),
        ),
    )
)

RETURN = register_lifecycle(
    Lifecycle(
        DeliveryReturn,
        (
            State("posted", _("Taken back"), "success"),
            State("repaired", _("Repaired"), "done"),
            State("scrapped", _("Scrapped"), "done"),
            State("cancelled", _("Cancelled"), "danger"),
        ),
        (
            Transition(
                "repaired",
                ("posted",),
                "repaired",
                "sales.return_delivery",
                returns.return_repaired,
                _("Repaired, back to stock"),
                style="primary",
                asks=(
                    Ask("place", _("Into"), "record", related="inventory.place", query=OWN_PLACES),
                    Ask("date", _("Date"), "date"),
                ),
                shown=lambda made: made.condition == ReturnCondition.REPAIR,
                past=_("Repaired"),
            ),
            Transition(
                "scrap",
                ("posted",),
                "scrapped",
                "sales.return_delivery",
                returns.return_scrapped,
                _("Can't be repaired: scrap"),
                style="danger",
                confirm=_("The goods leave the stock at their cost."),
                asks=(Ask("date", _("Date"), "date"),),
                shown=lambda made: made.condition == ReturnCondition.REPAIR,
                past=_("Scrapped"),
            ),
            cancel_transition(
                "sales.cancel_delivery",
                returns.return_cancel,
                confirm=_("The goods leave the stock again today."),
                past=_("Return cancelled"),
                sources=("posted", "repaired", "scrapped"),
            ),
        ),
    )
)
