"""Settings about time and calendars of the organisation and its companies."""

from django.utils.translation import gettext_lazy as _

from apps.core.typed_settings import SomeOf, register_settings

WEEKDAYS = (
    ("mon", _("Monday")), ("tue", _("Tuesday")), ("wed", _("Wednesday")), ("thu", _("Thursday")),
    ("fri", _("Friday")), ("sat", _("Saturday")), ("sun", _("Sunday")),
)  # fmt: skip

register_settings(
    "company",
    [
        SomeOf(
            "working_days",
            _("Working days"),
            ["mon", "tue", "wed", "thu", "fri", "sat"],
            choices=WEEKDAYS,
            least=1,
            per_company=True,
            help=_("With the holidays they say which days count as working days."),
        )
    ],
)
