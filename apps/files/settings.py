"""Whether files are encrypted where they lie."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import Switch, register_settings

register_settings(
    "files",
    [
        Switch(
            "encrypt",
            _("Encrypt stored files"),
            settings.FILES_ENCRYPTED,
            help=_(
                "New files at once; those that are there by the next night, or by the button on the page "
                "“Encryption of files”. Switched off, encrypted files stay encrypted and readable."
            ),
        )
    ],
)
