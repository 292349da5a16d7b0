"""Business permissions that all documents share."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

PRINT = "documents.print_document"
register_permissions(
    "documents",
    {
        "print_document": "Print documents and save them as PDF",
        "change_settings": "Change how documents are printed",
    },
)
register_roles(
    [
        Role(code, "", (PRINT,))
        for code in ("accounts", "auditor", "sales_user", "sales_manager", "purchase", "stores", "cashier")
    ]
)
