"""Business permissions and ready roles of accounts."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

register_permissions(
    "accounts",
    {
        "invite_user": "Invite users",
        "deactivate_user": "Switch users off and on again",
        "view_accesslog": "See the access log",
        "change_signinpolicy": "Change the sign-in rules",
        "reset_second_factor": "Remove second factors of people who lost them",
        "revoke_apikey": "Revoke API keys of others",
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
