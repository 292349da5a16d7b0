"""Personal data in the audit trail: taken out by a way of its own, so that the chain holds."""

from apps.audit.services.erasing import trail_erase
from apps.core.personal import BLANK, NAME, SWEPT, Holding, register_holding, register_trail

register_trail(trail_erase)
register_holding(
    Holding(
        "audit.auditentry",
        "accounts.user",
        "user_id",
        {
            "label": NAME,
            "address": BLANK,
            "agent": BLANK,
            "changes": SWEPT,
            "detail": SWEPT,
            "record_label": SWEPT,
        },
        ("event", "record_kind", "actor_kind", "path", "request_id", "content_hash"),
    )
)
