"""The form of the backup plan. Rules are in the service."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import RefusalForm
from apps.backup.models import BackupPlace

BUCKET = ("endpoint", "region", "bucket", "prefix", "access_key", "secret")


class PlanForm(RefusalForm):
    at = forms.TimeField(
        label=_("Nightly at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("By the organisation's clock; when no worker runs then, as soon as one does."),
    )  # fmt: skip
    keep_days = forms.IntegerField(
        label=_("Days kept"), min_value=1, max_value=3650, required=False,
        help_text=_("Of these days every backup is kept, before that one a week. Empty: as usual here."),
    )  # fmt: skip
    place = forms.ChoiceField(label=_("Kept"), choices=BackupPlace.choices)
    endpoint = forms.CharField(
        label=_("Address of the store"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"placeholder": "https://s3.example.com", "inputmode": "url"}),
        help_text=_("Of any store that speaks S3; a public https address."),
    )  # fmt: skip
    region = forms.CharField(label=_("Region"), max_length=40, required=False)
    bucket = forms.CharField(label=_("Bucket"), max_length=63, required=False)
    prefix = forms.CharField(label=_("Folder in it"), max_length=100, required=False)
    access_key = forms.CharField(
        label=_("Access key"), max_length=128, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Secret key"), max_length=200, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted and never shown. Empty: the one that is kept."),
    )  # fmt: skip

    def without_bucket(self) -> None:
        """Where the operator allows no bucket of one's own: hour and days only."""
        for name in ("place", *BUCKET):
            del self.fields[name]
