"""From when on exports run in the background, and how long their files are kept."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import WholeNumber, register_settings

register_settings(
    "datatools",
    [
        WholeNumber(
            "export_rows",
            _("Exports run in the background from"),
            20_000,
            least=100,
            most=1_000_000,
            unit=_("rows"),
            help=_("Smaller ones are downloaded at once."),
        ),
        WholeNumber(
            "export_days",
            _("Files of exports are kept for"),
            3,
            least=1,
            most=30,
            unit=_("days"),
            help=_("Whoever asked for one can download it as long as his rights stay the same."),
        ),
    ],
)
