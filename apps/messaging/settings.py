"""Settings of mails and notifications."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import Text, WholeNumber, register_settings

_KEPT = _("How long it is kept")
_TEXTS = _("Notifications by text message")

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
            "texts_for_person",
            _("At most for one person"),
            20,
            least=0,
            most=1000,
            unit=_("texts a day"),
            group=_TEXTS,
            help=_("What comes after it that day is not texted; bell and mail go on. Codes don't count."),
        ),
        WholeNumber(
            "texts_for_all",
            _("At most for everybody together"),
            500,
            least=0,
            most=100_000,
            unit=_("texts a day"),
            group=_TEXTS,
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
            _("Sent mails and texts are kept for"),
            730,
            least=30,
            most=3650,
            unit=_("days"),
            group=_KEPT,
            help=_("With their files, unless a record holds them. Those that failed are kept as long."),
        ),
    ],
)
