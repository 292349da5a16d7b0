"""Settings of the customer portal."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import SomeOf, Switch, Text, WholeNumber, register_settings

FEATURES = (
    ("quotations", _("Quotations")),
    ("orders", _("Orders")),
    ("deliveries", _("Deliveries")),
    ("invoices", _("Invoices and credit notes")),
    ("receipts", _("Payments received")),
    ("statement", _("Statement of account")),
    ("bills", _("Vendors: their bills")),
    ("payments", _("Vendors: what was paid to them")),
)
_JOIN, _HELP = _("Registration"), _("Who helps")

register_settings(
    "customer_portal",
    [
        SomeOf(
            "features",
            _("What customers and vendors see"),
            [key for key, _label in FEATURES],
            choices=FEATURES,
            help=_("One party may have it otherwise: see the exceptions of parties."),
        ),
        Switch(
            "colleagues",
            _("People who see all of a firm may invite and end their colleagues"),
            False,
        ),
        Switch(
            "self_registration",
            _("People may register themselves"),
            False,
            group=_JOIN,
            help=_("The sign-in page then leads to a form; the address is proved by a mail."),
        ),
        Switch(
            "approval",
            _("Registrations wait for approval"),
            True,
            group=_JOIN,
            help=_("Without it, an address that belongs to a known party comes in at once; others wait."),
        ),
        Text(
            "domains",
            _("Mail domains that may register"),
            "",
            longest=4000,
            lines=True,
            group=_JOIN,
            help=_("One a line, such as example.com. Empty: any."),
        ),
        WholeNumber(
            "request_days",
            _("Decided registrations are kept for"),
            180,
            least=1,
            most=3650,
            unit=_("days"),
            group=_JOIN,
        ),
        Text("welcome", _("Sentence on the home page"), "", longest=400, group=_HELP),
        Text("support_email", _("E-mail of support"), "", longest=254, group=_HELP),
        Text("support_phone", _("Phone of support"), "", longest=20, group=_HELP),
    ],
)
