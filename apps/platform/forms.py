"""Forms of sign-up, leaving, the look of sign-in pages and the organisation. Rules are in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import RefusalForm
from apps.company.models import Currency
from apps.core.formats import zone_choices
from apps.tenancy.choices import DateFormat, NumberFormat

PICTURE = "image/png,image/jpeg,image/webp"


def _choice(label: Any, choices: Any, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, help_text=help_text)


def _picture(label: Any, help_text: Any) -> forms.FileField:
    widget = forms.FileInput(attrs={"accept": PICTURE})
    return forms.FileField(label=label, required=False, help_text=help_text, widget=widget)


class SignUpForm(RefusalForm):
    name = forms.CharField(label=_("Organisation"), max_length=200)
    slug = forms.CharField(
        label=_("Short name, in your web address"),
        max_length=40,
        help_text=_("3 to 40 of a-z, 0-9 and -. It can't be changed later."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    person = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.CharField(
        label=_("Phone (may be left empty)"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    message = forms.CharField(
        label=_("What do you want to use Bahi for? (may be left empty)"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    website = forms.CharField(
        required=False, widget=forms.HiddenInput()
    )  # people leave it empty, robots don't

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.pop("website", ""):
            self.add_error(None, _("Please send the form again."))
        return data


class ConfirmForm(RefusalForm):
    slug = forms.CharField(label=_("Short name"), max_length=40)


class LeaveForm(RefusalForm):
    name = forms.CharField(
        label=_("Name of the organisation"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    without_copy = forms.BooleanField(
        label=_("I go without a fresh copy of our data"),
        error_messages={"required": _("Make a backup or an export first, or say that you go without.")},
    )

    def __init__(self, *args: Any, fresh: bool, **kwargs: Any) -> None:
        """``fresh``: a backup or export of the last day exists, so nothing needs to be said about it."""
        super().__init__(*args, **kwargs)
        if fresh:
            del self.fields["without_copy"]


class LookForm(RefusalForm):
    text = forms.CharField(label=_("Text under the name"), max_length=300, required=False)
    accent = forms.CharField(
        label=_("Colour of buttons"),
        max_length=7,
        required=False,
        help_text=_("Such as #0b63a5; empty: the usual."),
    )
    background = forms.CharField(
        label=_("Colour of the page"), max_length=7, required=False,
        help_text=_("Text on it becomes black or white by itself. Empty: the usual."),
    )  # fmt: skip
    logo = _picture(_("Logo"), _("PNG, JPEG or WebP, at most 1 MB; shown as 240 × 80."))
    remove_logo = forms.BooleanField(label=_("Without a logo"), required=False)


class ProfileForm(RefusalForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    language = _choice(_("Language of new people"), settings.LANGUAGES)
    time_zone = _choice(
        _("Time zone"),
        zone_choices,
        _("Times are shown in it, unless a person set his own."),
    )
    number_format = _choice(_("Numbers"), NumberFormat.choices)
    date_format = _choice(_("Dates"), DateFormat.choices)
    country = forms.CharField(label=_("Country"), min_length=2, max_length=2, help_text=_("Two letters: IN."))
    currency = _choice(
        _("Currency"),
        lambda: [(c.code, f"{c.code} · {c.name}") for c in Currency.objects.filter(active=True)],
        _("New companies begin with it; each company keeps its own."),
    )
    fiscal_year_start = forms.TypedChoiceField(
        label=_("Fiscal year starts in"), choices=list(MONTHS.items()), coerce=int,
        help_text=_("New companies begin with it; each company keeps its own."),
    )  # fmt: skip
    accent = forms.CharField(
        label=_("Accent colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("Buttons and links; shades that can be read are made of it by themselves."),
    )  # fmt: skip
    logo = _picture(
        _("Logo"),
        _("In the back office, portal, mails and on the sign-in page. PNG, JPEG or WebP."),
    )
    remove_logo = forms.BooleanField(label=_("Without a logo"), required=False)
    mark = _picture(_("Mark"), _("Square; in browser tabs and where there is little room."))
    remove_mark = forms.BooleanField(label=_("Without a mark"), required=False)
