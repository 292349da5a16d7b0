"""Business permissions of the audit."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

register_permissions("audit", {"verify_audit": "Verify the audit trail"})
register_roles(
    [
        Role(
            "auditor",
            "Auditor (read only)",
            (
                "audit.view_auditentry",
                "audit.export_auditentry",
                "audit.verify_audit",
                "accounts.view_accesslog",
            ),
        )
    ]
)
