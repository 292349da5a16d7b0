"""Access of the bell: everybody's own."""

from apps.core.surfaces import PERSONAL, declare

declare(
    dict.fromkeys(
        (
            "messaging_notifications_read_all", "messaging_preferences", "notifications",
            "notifications_read_all", "notification_choices", "notification_open",
        ),
        PERSONAL,
    )
)  # fmt: skip
