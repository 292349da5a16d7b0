"""Forms of single sign-on. Rules are in the services; forms only read the fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import RefusalForm
from apps.accounts.models import Role, User
from apps.accounts.services.roles import administrator_ids
from apps.sso.choices import Force


class RuleForm(RefusalForm):
    force = forms.ChoiceField(
        label=_("Single sign-on is required for"), choices=Force.choices, widget=forms.RadioSelect
    )
    roles = forms.ModelMultipleChoiceField(
        label=_("Roles"), queryset=Role.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    domains = forms.CharField(
        label=_("E-mail domains"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"spellcheck": "false", "placeholder": "example.in, example.com"}),
        help_text=_("By commas."),
    )
    password_users = forms.ModelMultipleChoiceField(
        label=_("Administrators who keep their password"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For the day the provider fails. They need a second factor and are always asked for it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["roles"]
        roles.queryset = Role.objects.filter(active=True, deleted_at=None)
        users: Any = self.fields["password_users"]
        users.queryset = User.objects.filter(pk__in=administrator_ids())

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return {
            "force": data["force"],
            "roles": list(data["roles"]),
            "domains": data["domains"].replace(",", " ").split(),
            "password_users": list(data["password_users"]),
        }
