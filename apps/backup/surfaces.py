"""Access of the backup pages and of the job."""

from apps.core.surfaces import codes, declare, declare_jobs

MAKE = "backup.make_backup"
declare({"backups": codes(MAKE), "backup_now": codes(MAKE), "backup_download": codes(MAKE)})
declare_jobs({"backup.run_backup": codes(MAKE)})
