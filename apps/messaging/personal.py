"""Personal data in notifications, mails and texts."""

from apps.core.personal import BLANK, EMPTY, SWEPT, Holding, register_holding

register_holding(
    Holding(
        "messaging.notification", "accounts.user", "user_id", {"title": SWEPT, "body": SWEPT},
        ("event", "tone", "target_kind", "url"), removed=True,
    ),
    Holding("messaging.notificationchoice", "accounts.user", "user_id", {}, ("event",), removed=True),
    Holding("messaging.textnumber", "accounts.user", "user_id", {"phone": BLANK}, removed=True),
    Holding(
        "messaging.textmessage", "accounts.user", "user_id",
        {"to": BLANK, "text": BLANK, "error": BLANK}, ("purpose", "gateway", "state"), removed=True,
    ),
    Holding(
        "messaging.mailmessage", "parties.party", "target",
        {
            "to": EMPTY, "cc": EMPTY, "reply_to": BLANK, "subject": BLANK, "text": BLANK, "html": BLANK,
            "error": BLANK, "bounce_reason": BLANK,
        },
        ("message_id", "target_kind", "state", "purpose"),
    ),
)  # fmt: skip
