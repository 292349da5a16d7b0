"""Forms of the sign-in pages and the profile. Rules are in the services; forms only read the fields."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.errors import BahiError


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=4096, widget=widget)


class RefusalForm(forms.Form):
    """A form that shows a service's refusal beside the field that it names."""

    def refuse(self, error: BahiError) -> None:
        for item in error.errors:
            self.add_error(item.field if item.field in self.fields else None, item.detail)


class SignInForm(RefusalForm):
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = _password(_("Password"), "current-password")


class EmailForm(RefusalForm):
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class NewPasswordForm(RefusalForm):
    password = _password(_("New password"), "new-password")
    again = _password(_("New password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords are different."))
        return data


class InvitationForm(NewPasswordForm):
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order: ClassVar[list[str]] = ["name", "password", "again"]


class PasswordChangeForm(NewPasswordForm):
    current_password = _password(_("Current password"), "current-password")
    field_order: ClassVar[list[str]] = ["current_password", "password", "again"]


class ProfileForm(RefusalForm, forms.ModelForm):
    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = ("name", "phone", "language", "theme")
