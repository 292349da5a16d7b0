"""Access of the backup pages, of the API of exports and of the jobs."""

from apps.core.surfaces import codes, declare, declare_jobs

MAKE = "backup.make_backup"
EXPORT = "backup.export_everything"
PLAN = "backup.plan_backups"
declare({"backups": codes(MAKE), "backup_now": codes(MAKE), "backup_download": codes(MAKE)})
declare(
    dict.fromkeys(("backup_plan", "backup_plan_try", "backup_api_plan", "backup_api_plan_try"), codes(PLAN))
)
declare(
    dict.fromkeys(
        (
            "data_exports", "data_export_now", "data_export_take", "backup_exports", "backup_export",
            "backup_export_download",
        ),
        codes(EXPORT),
    )
)  # fmt: skip
declare_jobs({"backup.run_backup": codes(MAKE), "backup.run_export": codes(EXPORT)})
