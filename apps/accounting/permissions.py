"""Business permissions and ready roles of accounting."""

from django.utils.translation import gettext_lazy as _

from apps.accounting.invoicing import permissions as invoicing_permissions
from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles, register_stand_in
from apps.core.separation import SeparationRule, register_separation

register_permissions(
    "accounting",
    {
        "change_settings": "Change settings of invoicing and books",
        "post_voucher": "Post vouchers",
        "reverse_voucher": "Reverse posted vouchers",
        "close_year": "Close fiscal years",
        "view_reports": "See financial statements and ledgers",
        "view_ageing": "See ageing of receivables and payables",
        "verify_ledger": "Verify the ledger's chain and balances",
    },
)
_READ = (
    "account", "accountrole", "journal", "journalentry", "journalline", "partyaccounts", "voucher",
    "yearclosing",
)  # fmt: skip
register_roles(
    [
        Role(
            "accounts",
            "Accounts",
            (
                "accounting.*",
                "parties.*",
                "company.view_company",
                "company.view_period",
                "company.close_period",
                "company.post_soft_closed",
            ),
        ),
        Role(
            "auditor",
            "Auditor (read only)",
            (
                *(f"accounting.{action}_{name}" for name in _READ for action in ("view", "export")),
                "accounting.view_reports",
                "accounting.view_ageing",
                "accounting.verify_ledger",
                "company.view_company",
                "company.view_period",
            ),
        ),
        Role("sales_manager", "Sales manager", ("accounting.view_ageing",)),
        Role(
            "customer_portal",
            "Customer portal",
            tuple(
                f"accounting.view_{name}"
                for name in ("invoice", "creditnote", "receipt", "bill", "payment", "openitem")
            ),
            {"accounting.*": "party"},
        ),
    ]
)

_VENDORS = ("parties.add_party", "parties.change_party")
_PAY = ("accounting.post_payment",)
register_separation(
    SeparationRule(
        "accounting.voucher_maker", _("who enters a voucher doesn't post it"),
        ("accounting.post_voucher",), usual="off",
    ),
    SeparationRule(
        "accounting.bill_maker", _("who enters a vendor bill doesn't post it"),
        ("accounting.post_bill",), usual="off",
    ),
    SeparationRule(
        "accounting.payment_maker", _("who enters a payment doesn't post it"), _PAY, usual="off"
    ),
    SeparationRule(
        "accounting.invoice_maker", _("who enters an invoice doesn't post it"),
        ("accounting.post_invoice",), usual="off",
    ),
    SeparationRule(
        "accounting.vendor_and_payment", _("who keeps vendors doesn't pay them"), _PAY, _VENDORS
    ),
    SeparationRule(
        "accounting.bank_and_payment", _("who changes bank accounts doesn't pay"), _PAY,
        ("company.set_bank_account",),
    ),
    SeparationRule(
        "accounting.bill_and_payment", _("who posts vendor bills doesn't pay them"), _PAY,
        ("accounting.post_bill",),
    ),
    SeparationRule(
        "accounting.receipt_and_write_off", _("who takes money doesn't write off any amount"),
        ("accounting.write_off_any",), ("accounting.post_receipt",),
    ),
    SeparationRule(
        "accounting.period_and_voucher", _("who opens closed periods doesn't post vouchers"),
        ("accounting.post_voucher",), ("company.reopen_period",),
    ),
    SeparationRule(
        "accounting.rights_and_payment", _("who gives rights doesn't pay"), _PAY,
        ("accounts.change_role", "accounts.change_user"),
    ),
)  # fmt: skip


__all__ = ["invoicing_permissions"]
register_stand_in(
    "accounting",
    models=("account", "accountrole", "journal", "partyaccounts", "voucher"),
    codes=("change_settings", "post_voucher", "reverse_voucher", "verify_ledger"),
)
