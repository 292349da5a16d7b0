"""Business permissions of messaging. Bells need none: everybody has one."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

MANAGE_MAILS = "messaging.manage_mails"
register_permissions(
    "messaging",
    {
        "manage_mails": "Send failed mails of other people again",
        "change_settings": "Change settings of mails and notifications",
    },
)
register_roles(
    [Role(code, "", ("messaging.view_mailmessage",)) for code in ("auditor", "accounts", "sales_manager")]
)
