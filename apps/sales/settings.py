"""Settings of selling."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import WholeNumber, register_settings

register_settings(
    "sales",
    [
        WholeNumber(
            "quotation_days",
            _("Quotations are valid for"),
            30,
            least=1,
            most=365,
            unit=_("days"),
            per_company=True,
            help=_("The last day of a new quotation, unless somebody enters another one."),
        )
    ],
)
