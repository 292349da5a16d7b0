from apps.messaging.models.mail import MailAttachment, MailMessage, MailState
from apps.messaging.models.notification import Notification, NotificationChoice
from apps.messaging.models.text import GatewayKind, TextGateway, TextMessage, TextNumber, TextPurpose

__all__ = [
    "GatewayKind",
    "MailAttachment",
    "MailMessage",
    "MailState",
    "Notification",
    "NotificationChoice",
    "TextGateway",
    "TextMessage",
    "TextNumber",
    "TextPurpose",
]
