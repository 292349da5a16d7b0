"""Forms of the portal and of its pages in the back office."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import RefusalForm
from apps.accounts.models import User
from apps.core.formats import zone_choices
from apps.customer_portal.choices import Sees


class JoinForm(RefusalForm):
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    firm = forms.CharField(
        label=_("Your firm"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})
    )
    message = forms.CharField(
        label=_("Message"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class InviteForm(RefusalForm):
    """A person of the firm; ``language`` of his mails and pages."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"spellcheck": "false"}))
    sees = forms.ChoiceField(label=_("Sees"), choices=Sees.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, required=False)


class ProfileForm(RefusalForm, forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = ("name", "phone", "language", "time_zone", "theme")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed through
        self.fields["time_zone"].choices = [("", _("As the organisation")), *zone_choices()]  # type: ignore[attr-defined]  # it is a choice field
