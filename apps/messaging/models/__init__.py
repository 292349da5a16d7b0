from apps.messaging.models.mail import MailAttachment, MailMessage, MailState
from apps.messaging.models.notification import Notification, NotificationChoice

__all__ = ["MailAttachment", "MailMessage", "MailState", "Notification", "NotificationChoice"]
