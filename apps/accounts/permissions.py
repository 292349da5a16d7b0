"""Business permissions and ready roles of accounts."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

register_permissions(
    "accounts",
    {
        "invite_user": "Invite users",
        "deactivate_user": "Switch users off and on again",
        "view_accesslog": "See the access log",
        "grant_object": "Give access to single records",
    },
)
register_roles(
    [
        Role("administrator", "Administrator", ("*",)),
        Role("auditor", "Auditor (read only)"),
        Role("employee", "Employee"),
    ]
)
