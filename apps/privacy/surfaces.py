"""Access of the privacy pages and jobs."""

from apps.core.surfaces import ANYONE, PERSONAL, codes, declare, declare_jobs
from apps.privacy.permissions import ERASE, MANAGE

ENCRYPT = "files.change_settings"
declare(dict.fromkeys(("file_encryption", "file_encryption_now"), codes(ENCRYPT)))
declare(
    dict.fromkeys(
        (
            "personal_data", "person", "person_give", "privacy_people_search", "privacy_person",
            "privacy_person_give", "privacy_requests",
        ),
        codes(MANAGE),
    )
)  # fmt: skip
declare(dict.fromkeys(("person_erase", "privacy_person_erase"), codes(ERASE)))
declare({"privacy_notice": PERSONAL, "consent_withdraw": ANYONE})
declare_jobs({"privacy.run_encryption": codes(ENCRYPT)})
