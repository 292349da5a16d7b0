"""Business permissions of backups; administrators have them all."""

from apps.core.permissions import register_permissions

register_permissions(
    "backup",
    {
        "make_backup": "Make, see and download backups",
        "plan_backups": "Choose the hour, the days kept and the place of backups",
        "export_everything": "Export all data of the organisation in open formats",
    },
)
