"""Access of the bell: everybody's own."""

from apps.core.surfaces import EVERY_PERSON, PERSONAL, declare

declare(
    dict.fromkeys(
        (
            "messaging_notifications_read_all", "messaging_preferences", "notifications",
            "notifications_read_all", "notification_choices", "notification_open",
        ),
        PERSONAL,
    )
    | dict.fromkeys(
        ("notification_number", "messaging_text_number", "messaging_text_number_confirm"), EVERY_PERSON
    )
)  # fmt: skip
