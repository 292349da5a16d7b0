"""Whom people turn to about their data, and how long data is kept that no law wants kept."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import Text, WholeNumber, register_settings

_CONTACT, _KEPT = _("Contact for personal data"), _("How long it is kept")

register_settings(
    "privacy",
    [
        Text(
            "officer",
            _("Who answers questions and complaints"),
            "",
            group=_CONTACT,
            help=_(
                "Shown to everybody who signs in, and in what is given out (DPDP Act 2023, s.8(9) and s.13)."
            ),
        ),
        Text("officer_email", _("E-mail"), "", group=_CONTACT),
        Text("officer_phone", _("Telephone"), "", longest=40, group=_CONTACT),
        WholeNumber(
            "session_days",
            _("Ended sign-ins are kept for"),
            400,
            least=30,
            most=3650,
            unit=_("days"),
            group=_KEPT,
            help=_("With address and device."),
        ),
        WholeNumber(
            "access_log_days",
            _("The access log is kept for"),
            0,
            most=7300,
            unit=_("days"),
            group=_KEPT,
            help=_("At least 365. 0: as long as the organisation. The audit trail, which proves it, stays."),
        ),
        WholeNumber(
            "import_file_days",
            _("Imported files are kept for"),
            90,
            least=1,
            most=3650,
            unit=_("days"),
            group=_KEPT,
            help=_("The file that was sent; what it brought and the report stay."),
        ),
        WholeNumber(
            "deleted_user_days",
            _("Users in the bin are erased after"),
            0,
            most=3650,
            unit=_("days"),
            group=_KEPT,
            help=_("0: only when somebody asks for it."),
        ),
    ],
)
