"""Business permissions of invoicing and payments, and what the ready roles get of them."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles, register_stand_in

VERBS = {
    "post_invoice": "Post invoices",
    "cancel_invoice": "Cancel posted invoices",
    "send_invoice": "Send invoices by mail",
    "post_creditnote": "Post credit notes",
    "cancel_creditnote": "Cancel posted credit notes",
    "send_creditnote": "Send credit notes by mail",
    "post_debitnote": "Post debit notes",
    "cancel_debitnote": "Cancel posted debit notes",
    "send_debitnote": "Send debit notes by mail",
    "post_proforma": "Issue proforma invoices",
    "cancel_proforma": "Withdraw proforma invoices",
    "send_proforma": "Send proforma invoices by mail",
    "post_bill": "Post vendor bills",
    "cancel_bill": "Cancel posted vendor bills",
    "post_receipt": "Post receipts",
    "cancel_receipt": "Cancel receipts",
    "bounce_receipt": "Mark receipts as bounced",
    "allocate_receipt": "Allocate receipts",
    "send_receipt": "Send receipts by mail",
    "post_payment": "Post payments",
    "cancel_payment": "Cancel payments",
    "bounce_payment": "Mark payments as bounced",
    "allocate_payment": "Allocate payments",
    "send_payment": "Send payment advices by mail",
    "exceed_credit_limit": "Post over the credit limit of a customer on hold",
    "change_price": "Change prices on documents of sale",
    "exceed_discount_limit": "Give discounts beyond the limit of the role",
    "set_due_date": "Change due dates of posted documents",
    "write_off": "Write off small rests",
    "set_off": "Set open items of a party against each other",
    "post_revaluation": "Book unrealised exchange differences",
    "write_off_any": "Write off any amount",
}
register_permissions("accounting", VERBS)

_READ = tuple(
    f"accounting.view_{name}"
    for name in ("invoice", "creditnote", "debitnote", "proforma", "bill", "receipt", "payment", "openitem")
)
_SELL = tuple(
    f"accounting.{action}_{name}"
    for name in ("invoice", "proforma")
    for action in ("view", "add", "change", "delete")
)
register_roles(
    [
        Role("accounts", "Accounts", ("accounting.*", "catalog.view_product", "parties.view_party")),
        Role("auditor", "Auditor", _READ),
        Role(
            "sales_user",
            "Sales",
            (*_SELL, "accounting.view_receipt", "accounting.view_creditnote", "accounting.view_debitnote",
             "accounting.post_proforma", "accounting.change_price",
             "accounting.send_proforma", "accounting.send_invoice"),
            {"accounting.*": "own"},
        ),
        Role(
            "sales_manager",
            "Sales manager",
            (*_SELL, "accounting.view_receipt", "accounting.view_creditnote", "accounting.view_debitnote",
             "accounting.post_proforma", "accounting.change_price", "accounting.exceed_discount_limit",
             "accounting.send_proforma", "accounting.post_invoice", "accounting.send_invoice",
             "accounting.cancel_proforma"),
            {"accounting.*": "department"},
        ),
        Role(
            "cashier",
            "Cashier",
            ("accounting.view_invoice", "accounting.add_invoice", "accounting.change_invoice",
             "accounting.post_invoice", "accounting.view_receipt", "accounting.add_receipt",
             "accounting.change_receipt", "accounting.post_receipt"),
            {"accounting.*": "own"},
        ),
        Role("purchase", "Purchase", tuple(
            f"accounting.{action}_bill" for action in ("view", "add", "change", "delete")
        )),
    ]
)  # fmt: skip
register_stand_in(
    "accounting",
    models=("invoice", "creditnote", "debitnote", "proforma", "bill", "receipt", "payment"),
    codes=(
        "post_invoice", "cancel_invoice", "post_creditnote", "cancel_creditnote", "post_debitnote",
        "cancel_debitnote", "post_proforma", "cancel_proforma", "post_bill", "cancel_bill", "post_receipt",
        "cancel_receipt", "bounce_receipt", "allocate_receipt", "post_payment", "cancel_payment",
        "bounce_payment", "allocate_payment", "change_price", "set_off", "post_revaluation",
    ),
)  # fmt: skip
