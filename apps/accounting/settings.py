"""Settings of invoicing."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import OneOf, Text, WholeNumber, register_settings

AS_COUNTED, NEXT_WORKING_DAY = "as_counted", "next_working_day"
_TERMS = _("Terms and conditions of new documents")

register_settings(
    "accounting",
    [
        OneOf(
            "due_on",
            _("A due date on a closed day"),
            AS_COUNTED,
            choices=(
                (AS_COUNTED, _("stays as counted")),
                (NEXT_WORKING_DAY, _("moves to the next working day")),
            ),
            per_company=True,
            help=_(
                "Closed days come from the company's working days and holidays. A date that is entered stays."
            ),
        ),
        WholeNumber(
            "write_off_limit",
            _("Small rests that may be written off"),
            10,
            least=0,
            most=1_000_000,
            per_company=True,
            help=_(
                "In the company's currency, for whoever may write off small rests. "
                "A permission of its own goes beyond."
            ),
        ),
        *(
            Text(name, title, "", longest=4000, lines=True, per_company=True, group=_TERMS)
            for name, title in (
                ("invoice_terms", _("Terms on invoices")),
                ("proforma_terms", _("Terms on proformas")),
                ("creditnote_terms", _("Terms on credit notes")),
                ("debitnote_terms", _("Terms on debit notes")),
            )
        ),
    ],
)
