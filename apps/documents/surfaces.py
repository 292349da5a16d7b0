"""Access of what hangs on a record: whoever sees the record."""

from apps.core.surfaces import RECORD, declare, declare_jobs

declare(
    dict.fromkeys(
        (
            "documents_comments", "documents_comments_one", "documents_attachments",
            "documents_attachments_one", "documents_timeline", "documents_links", "documents_mentions",
        ),
        RECORD,
    )
)  # fmt: skip
declare_jobs({"documents.run_transitions": RECORD})
