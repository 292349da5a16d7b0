"""Business permissions of runtime. Administrators have them by ``*``."""

from apps.core.permissions import register_permissions

MANAGE = "runtime.manage_jobs"
register_permissions(
    "runtime",
    {
        "change_settings": "Change settings of background work",
        "manage_jobs": "Cancel and repeat other people's jobs, deliver given-up events again",
    },
)
