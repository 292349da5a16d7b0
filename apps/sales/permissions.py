"""Business permissions of sales and what the ready roles get of them."""

from django.utils.translation import gettext_lazy as _

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles, register_stand_in
from apps.core.separation import SeparationRule, register_separation

register_permissions(
    "sales",
    {
        "change_settings": "Change settings of selling",
        "send_quotation": "Send quotations",
        "revise_quotation": "Revise quotations",
        "decide_quotation": "Enter the customer's answer to a quotation",
        "convert_quotation": "Make orders from quotations",
        "expire_quotation": "End quotations",
        "confirm_order": "Confirm orders",
        "amend_order": "Amend confirmed orders",
        "hold_order": "Hold orders and release them",
        "deliver_order": "Make deliveries of orders",
        "invoice_order": "Make invoices of orders",
        "close_order": "Close orders short",
        "cancel_order": "Cancel orders",
        "override_credit": "Let an order pass the credit limit",
        "post_delivery": "Post deliveries",
        "return_delivery": "Take goods back",
        "cancel_delivery": "Cancel deliveries and returns",
    },
)

_READ = (
    "sales.view_quotation",
    "sales.view_order",
    "sales.view_delivery",
    "sales.view_deliveryreturn",
)
_DRAFTS = (
    "sales.add_quotation", "sales.change_quotation", "sales.delete_quotation", "sales.add_order",
    "sales.change_order", "sales.delete_order", "sales.add_delivery", "sales.change_delivery",
)  # fmt: skip
_DAILY = (
    "sales.send_quotation", "sales.revise_quotation", "sales.decide_quotation",
    "sales.convert_quotation", "sales.confirm_order", "sales.hold_order", "sales.deliver_order",
    "sales.invoice_order",
)  # fmt: skip

register_roles(
    [
        Role("administrator", "Administrator", ("*",)),
        Role("auditor", "Auditor (read only)", _READ),
        Role(
            "sales_user",
            "Sales",
            (*_READ, *_DRAFTS, *_DAILY, "sales.export_quotation", "sales.export_order"),
            {"sales.*": "own"},
        ),
        Role("sales_manager", "Sales manager", ("sales.*",), {"sales.*": "department"}),
        Role("accounts", "Accounts", (*_READ, "sales.invoice_order"), {"sales.*": "all"}),
        Role(
            "customer_portal",
            "Customer portal",
            ("sales.view_quotation", "sales.decide_quotation", "sales.view_order", "sales.view_delivery"),
            {"sales.*": "party"},
        ),
        Role(
            "stores",
            "Stores",
            (
                "sales.view_order", "sales.view_delivery", "sales.view_deliveryreturn", "sales.deliver_order",
                "sales.add_delivery", "sales.change_delivery", "sales.delete_delivery", "sales.post_delivery",
                "sales.return_delivery", "sales.cancel_delivery",
            ),
            {"sales.*": "all"},
        ),
    ]
)  # fmt: skip

register_separation(
    SeparationRule(
        "sales.order_maker", _("who enters an order doesn't confirm it"),
        ("sales.confirm_order",), usual="off",
    ),
    SeparationRule(
        "sales.credit_and_override", _("who sets credit limits doesn't let orders pass them"),
        ("sales.override_credit",), ("parties.set_credit",),
    ),
    SeparationRule(
        "sales.delivery_and_stock", _("who confirms orders doesn't post goods received"),
        ("inventory.post_inward",), ("sales.confirm_order",),
    ),
)  # fmt: skip
# What the platform's operator may do on a visit with writing. Sending is not among it: no link leaves by him.
register_stand_in(
    "sales",
    models=("quotation", "order", "delivery", "deliveryreturn"),
    codes=(
        "change_settings", "revise_quotation", "decide_quotation", "convert_quotation", "expire_quotation",
        "confirm_order", "amend_order", "hold_order", "deliver_order", "invoice_order", "close_order",
        "cancel_order", "post_delivery", "return_delivery", "cancel_delivery",
    ),
)  # fmt: skip
