"""Life of a year's closing."""

from django.utils.translation import gettext_lazy as _

from apps.accounting.closing.services import year_close, year_reopen
from apps.accounting.models import YearClosing
from apps.documents.lifecycle import Ask, Lifecycle, State, Transition, register_lifecycle

register_lifecycle(
    Lifecycle(
        YearClosing,
        (
            State("draft", _("Draft"), "neutral", editable=True),
            State("closed", _("Closed"), "success"),
            State("reopened", _("Opened again"), "done"),
        ),
        (
            Transition(
                "close",
                ("draft",),
                "closed",
                "accounting.close_year",
                year_close,
                _("Close the year"),
                style="primary",
                confirm=_("The result goes to retained earnings and every month of the year is closed."),
                asks=(Ask("reason", _("Reason (softly closed last month only)")),),
                numbered=True,
                past=_("Year closed"),
            ),
            Transition(
                "reopen",
                ("closed",),
                "reopened",
                "company.reopen_year",
                year_reopen,
                _("Open the year again"),
                style="danger",
                confirm=_("The closing entry is reversed and the last month opens."),
                asks=(Ask("reason", _("Reason"), required=True),),
                past=_("Year opened again"),
            ),
        ),
    )
)
