"""Business permissions of the data tools."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

EXPORT_REPORT = "datatools.export_report"
UNDO_IMPORT = "datatools.undo_import"
register_permissions(
    "datatools",
    {
        "change_settings": "Change settings of exports",
        "export_report": "Save reports as Excel, CSV and PDF",
        "undo_import": "Take back imports of other people",
    },
)
register_roles(
    [Role(code, "", (EXPORT_REPORT,)) for code in ("accounts", "auditor", "sales_manager", "stores")]
)
