"""Business permissions of the organisation's own administrator towards the platform."""

from apps.core.permissions import register_permissions

LEAVE = "platform.delete_organisation"

register_permissions(
    "platform",
    {
        "manage_organisation": "Change the organisation's name, formats, colour and logo",
        "manage_modules": "Switch modules of the plan on and off",
        "view_usage": "See plan and usage",
        "manage_domains": "Name and verify own domains",
        "manage_look": "Change the look of the sign-in pages",
        "delete_organisation": "Delete the whole organisation",
        "manage_operator": "Let the platform's operator in or not",
    },
)
