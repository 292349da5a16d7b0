"""Settings of mails and notifications."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import Text, WholeNumber, register_settings

_KEPT = _("How long it is kept")

register_settings(
    "messaging",
    [
        Text(
            "mail_footer",
            _("Foot of mails"),
            "",
            longest=600,
            lines=True,
            help=_("Printed below each mail: address, phone, registration. Empty: only the name."),
        ),
        WholeNumber(
            "notification_days",
            _("Notifications are kept for"),
            180,
            least=7,
            most=3650,
            unit=_("days"),
            group=_KEPT,
            help=_("Unread ones too; what they tell of stays."),
        ),
        WholeNumber(
            "mail_days",
            _("Sent mails are kept for"),
            730,
            least=30,
            most=3650,
            unit=_("days"),
            group=_KEPT,
            help=_("With their files, unless a record holds them. Mails that failed are kept as long."),
        ),
    ],
)
