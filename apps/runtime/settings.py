"""How long traces of background work are kept."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import WholeNumber, register_settings

register_settings(
    "runtime",
    [
        WholeNumber(
            "job_days",
            _("Ended jobs are kept for"),
            60,
            least=7,
            most=3650,
            unit=_("days"),
            help=_("With their results and files to download."),
        )
    ],
)
