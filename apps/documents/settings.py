"""How documents are printed."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import Colour, OneOf, Switch, Text, WholeNumber, register_settings
from apps.documents.printing.model import DEFAULT_ACCENT

LANGUAGES = (("en", "English"), ("hi", "हिन्दी"), ("both", _("English and Hindi")))

register_settings(
    "documents",
    [
        WholeNumber(
            "back_days",
            _("Documents may be dated back by (days)"),
            7,
            least=0,
            most=366,
            per_company=True,
            group=_("Dates"),
            help=_(
                "Further back only for those with the permission; closed periods stay closed for them too."
            ),
        ),
        OneOf(
            "print_language",
            _("Language of printed labels"),
            "en",
            choices=LANGUAGES,
            per_company=True,
            group=_("Text"),
            help=_("What people enter is printed as it is."),
        ),
        Text(
            "print_footer",
            _("Line at the foot of each page"),
            "",
            longest=160,
            per_company=True,
            group=_("Text"),
            help=_("Such as the jurisdiction or the address of the works."),
        ),
        Colour(
            "print_accent",
            _("Colour of headings and lines"),
            DEFAULT_ACCENT.lower(),
            per_company=True,
            group=_("Look"),
        ),
        Switch(
            "print_bank",
            _("Bank details on invoices"),
            True,
            per_company=True,
            group=_("Shown"),
            help=_("Of the company's bank account that is marked as printed."),
        ),
        Switch(
            "print_payment_code",
            _("UPI code to pay by"),
            True,
            per_company=True,
            group=_("Shown"),
            help=_("Printed while something is due, when the company has a UPI id."),
        ),
        Switch("print_signature", _("Picture of the signature"), True, per_company=True, group=_("Shown")),
        Switch("print_seal", _("Picture of the seal"), True, per_company=True, group=_("Shown")),
    ],
)
