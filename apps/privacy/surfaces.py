"""Access of the privacy pages and jobs."""

from apps.core.surfaces import codes, declare, declare_jobs

ENCRYPT = "files.change_settings"
declare(dict.fromkeys(("file_encryption", "file_encryption_now"), codes(ENCRYPT)))
declare_jobs({"privacy.run_encryption": codes(ENCRYPT)})
