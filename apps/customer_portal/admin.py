"""People, registrations and exceptions of the portal in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.core.admin.bases import MasterAdmin, ReadOnlyAdmin
from apps.core.admin.site import register
from apps.customer_portal.choices import RequestState
from apps.customer_portal.models import PortalFirm, PortalMember, PortalRequest
from apps.customer_portal.services.firms import firm_save
from apps.customer_portal.settings import FEATURES


@register(PortalMember)
class PortalMemberAdmin(ReadOnlyAdmin):
    """The list; invited and ended on the page of the party's people, to which a person's page leads."""

    icon, menu_order = "badge", 10
    list_display: ClassVar[tuple[Any, ...]] = ("user", "email", "party", "sees", "state", "last_seen")
    list_filter: ClassVar[tuple[str, ...]] = ("state", "sees")
    list_select_related: ClassVar[tuple[str, ...]] = ("user", "party")
    search_fields: ClassVar[tuple[str, ...]] = ("user__name", "user__email", "party__display_name")

    def email(self, obj: Any) -> str:
        return obj.user.email

    email.short_description = _("e-mail")  # type: ignore[attr-defined]  # Django reads it from the function

    def last_seen(self, obj: Any) -> Any:
        return obj.user.last_login

    last_seen.short_description = _("last sign-in")  # type: ignore[attr-defined]  # Django reads it from the function

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        member = self.get_object(request, object_id)
        if member is None or not self.has_view_permission(request, member):
            return super().change_view(request, object_id, *args, **kwargs)
        return HttpResponseRedirect(reverse("portal_invite", args=[member.party_id]))


@register(PortalRequest)
class PortalRequestAdmin(ReadOnlyAdmin):
    icon, menu_order = "how_to_reg", 20
    list_display: ClassVar[tuple[str, ...]] = (
        "name",
        "firm",
        "email",
        "party",
        "state",
        "created_at",
        "page",
    )
    list_filter: ClassVar[tuple[str, ...]] = ("state",)
    list_select_related: ClassVar[tuple[str, ...]] = ("party",)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "firm", "email")

    def page(self, obj: Any) -> str:
        if obj.state == RequestState.UNVERIFIED:
            return ""
        return format_html('<a href="{}">{}</a>', reverse("portal_request", args=[obj.pk]), _("Open"))

    page.short_description = _("decision")  # type: ignore[attr-defined]  # Django reads it from the function


class PortalFirmForm(forms.ModelForm):
    features = forms.MultipleChoiceField(
        label=_("Features"), choices=FEATURES, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PortalFirm
        fields: ClassVar[tuple[str, ...]] = ("party", "closed", "own_features", "features")


@register(PortalFirm)
class PortalFirmAdmin(MasterAdmin):
    icon, menu_order = "tune", 30
    form = PortalFirmForm
    exclude = ()
    list_display: ClassVar[tuple[str, ...]] = ("party", "closed", "own_features", "features")
    list_select_related: ClassVar[tuple[str, ...]] = ("party",)
    search_fields: ClassVar[tuple[str, ...]] = ("party__display_name",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("party",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        saved = firm_save(
            PortalFirm.objects.get(pk=obj.pk) if change else PortalFirm(),
            values=form.cleaned_data,
            by=request.user,
        )
        obj.pk = saved.pk
