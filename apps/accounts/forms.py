"""Forms of the sign-in pages and the profile. Rules are in the services; forms only read the fields."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import FactorMethod, RequireFor, Role, User
from apps.core.errors import BahiError
from apps.core.modules import bahi_apps
from apps.core.permissions import all_permissions


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


def _code(label: Any, **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false", **attrs}
    )
    return forms.CharField(label=label, max_length=40, widget=widget)


class CodeForm(RefusalForm):
    code = _code(_("Code"), inputmode="numeric")


class SecondStepForm(RefusalForm):
    """``answer`` is a code, or what the browser says for a passkey."""

    answer = forms.CharField(
        label=_("Code"),
        max_length=20_000,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class ConfirmForm(RefusalForm):
    password = _password(_("Password"), "current-password")


class PhoneForm(RefusalForm):
    phone = forms.CharField(
        label=_("Mobile number"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "autofocus": True}),
        help_text=_("An Indian mobile number, such as 98765 43210."),
    )


class PasskeyForm(RefusalForm):
    label = forms.CharField(
        label=_("Name of this passkey"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Office laptop")}),
    )
    answer = forms.CharField(max_length=20_000, widget=forms.HiddenInput())


def _module_scopes(user: Any) -> list[tuple[str, str]]:
    """Modules that the person may use and that have permissions, in menu order."""
    known = {code.split(".", 1)[0] for code in all_permissions()}
    usable = [app for app in bahi_apps() if app.label in known and user.access.has_module(app.label)]
    usable.sort(key=lambda app: (app.declares.order, str(app.declares.title)))
    return [(f"{app.label}.*", str(app.declares.title)) for app in usable if app.declares.title]


class ApiKeyForm(RefusalForm):
    """``codes``: single permissions by commas or lines, besides the chosen scopes."""

    name = forms.CharField(
        label=_("What is it for?"), max_length=80, widget=forms.TextInput(attrs={"autofocus": True})
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than you may yourself."),
    )
    codes = forms.CharField(
        label=_("Single permissions"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_("Codes by commas, such as sales.view_order."),
    )
    days = forms.IntegerField(label=_("Good for (days)"), initial=90, min_value=1, max_value=366)
    per_minute = forms.IntegerField(label=_("Calls a minute"), initial=600, min_value=1, max_value=6000)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["scopes"]
        field.choices = [
            ("read", _("read everything that I may see")),
            ("*", _("do everything that I may do")),
            *_module_scopes(user),
        ]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        codes = data["codes"].replace(",", " ").split()
        return {
            "name": data["name"],
            "scopes": [*data["scopes"], *codes],
            "days": data["days"],
            "per_minute": data["per_minute"],
        }


class PolicyForm(RefusalForm):
    require_for = forms.ChoiceField(
        label=_("Second factor required for"), choices=RequireFor.choices, widget=forms.RadioSelect
    )
    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"), queryset=Role.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    methods = forms.MultipleChoiceField(
        label=_("Allowed ways"), choices=FactorMethod.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["roles"]
        roles.queryset = Role.objects.filter(active=True, deleted_at=None)
