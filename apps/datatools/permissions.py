"""Business permissions of the data tools."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

EXPORT_REPORT = "datatools.export_report"
register_permissions("datatools", {"export_report": "Save reports as Excel, CSV and PDF"})
register_roles(
    [Role(code, "", (EXPORT_REPORT,)) for code in ("accounts", "auditor", "sales_manager", "stores")]
)
