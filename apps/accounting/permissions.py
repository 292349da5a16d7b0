"""Business permissions and ready roles of accounting."""

from apps.accounting.invoicing import permissions as invoicing_permissions
from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

register_permissions(
    "accounting",
    {
        "post_voucher": "Post vouchers",
        "reverse_voucher": "Reverse posted vouchers",
        "view_reports": "See financial statements and ledgers",
        "view_ageing": "See ageing of receivables and payables",
        "verify_ledger": "Verify the ledger's chain and balances",
    },
)
_READ = (
    "account", "accountrole", "journal", "journalentry", "journalline", "voucher",
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
    ]
)

__all__ = ["invoicing_permissions"]
