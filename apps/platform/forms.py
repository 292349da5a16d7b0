"""Forms of sign-up and of the look of sign-in pages. Rules are in the services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import RefusalForm


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
    logo = forms.FileField(
        label=_("Logo"), required=False, help_text=_("PNG, JPEG or WebP, at most 1 MB; shown as 240 × 80."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )  # fmt: skip
    remove_logo = forms.BooleanField(label=_("Without a logo"), required=False)
