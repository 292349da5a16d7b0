"""Business permissions that all documents share."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles, register_stand_in

PRINT, BACK_DATE = "documents.print_document", "documents.back_date"
register_permissions(
    "documents",
    {
        "print_document": "Print documents and save them as PDF",
        "back_date": "Enter documents of days before those allowed to everybody",
        "change_settings": "Change how documents are printed",
    },
)
register_roles(
    [
        Role(code, "", (PRINT,))
        for code in ("accounts", "auditor", "sales_user", "sales_manager", "purchase", "stores", "cashier")
    ]
)
register_roles([Role(code, "", (BACK_DATE,)) for code in ("accounts", "sales_manager")])
register_stand_in("documents", codes=("print_document", "change_settings"))
