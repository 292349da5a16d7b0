"""Settings of selling."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import Text, WholeNumber, register_settings

_TERMS = _("Terms and conditions of new documents")

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
        ),
        *(
            Text(name, title, "", longest=4000, lines=True, per_company=True, group=_TERMS)
            for name, title in (
                ("quotation_terms", _("Terms on quotations")),
                ("order_terms", _("Terms on orders")),
            )
        ),
    ],
)
