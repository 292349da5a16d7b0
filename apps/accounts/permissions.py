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
_SEE_PEOPLE = ("accounts.view_user", "accounts.view_department", "accounts.view_team")
_KEEP_UNITS = tuple(
    f"accounts.{action}_{name}" for name in ("department", "team") for action in ("add", "change")
)
register_roles(
    [
        Role("administrator", "Administrator", ("*",)),
        Role("auditor", "Auditor (read only)"),
        Role("employee", "Employee"),
        Role("production", "Production"),
        Role("hr", "HR", (*_SEE_PEOPLE, *_KEEP_UNITS)),
        Role("payroll", "Payroll", _SEE_PEOPLE),
        Role("project_manager", "Project manager", _SEE_PEOPLE),
        Role("developer", "Developer"),
        Role("support_agent", "Support agent"),
        Role("support_manager", "Support manager", _SEE_PEOPLE),
        Role("cashier", "Cashier"),
        Role("customer_portal", "Customer portal"),
    ]
)
