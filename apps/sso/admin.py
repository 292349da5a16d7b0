"""Identity providers and linked people in the back office."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from apps.accounts.admin.roles import adopt
from apps.core.admin.bases import ChildInline, MasterAdmin, ReadOnlyAdmin
from apps.core.admin.site import register
from apps.core.errors import InvalidInput
from apps.sso.models import ExternalIdentity, GroupRole, IdentityProvider
from apps.sso.services.providers import (
    FIELDS,
    identity_unlink,
    preset_fill,
    provider_delete,
    provider_restore,
    provider_save,
)
from apps.sso.services.rights import sso_change_allow
from apps.sso.setup_views import provider_addresses

_FORM_NAMES = {"client_secret": "new_secret"}  # the service's name of a field → the form's


def _list_field(label: Any, help_text: Any, length: int) -> SimpleArrayField:
    return SimpleArrayField(
        forms.CharField(max_length=length),
        label=label,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"spellcheck": "false"}),
        help_text=help_text,
    )


class ProviderForm(forms.ModelForm):
    """``new_secret`` and ``metadata_file`` are written, never shown."""

    new_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=1000,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept sealed and never shown. Empty: the one before stays."),
    )
    metadata_file = forms.FileField(
        label=_("Metadata file of the provider"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("Fills in entity id, addresses and certificates."),
    )
    email_domains = _list_field(
        _("E-mail domains"), _("Those that this provider speaks for, by commas. Empty: any domain."), 253
    )
    second_factor_values = _list_field(
        _("Values that mean a second factor"),
        _("Of amr or acr (OpenID Connect), of AuthnContextClassRef (SAML); by commas."),
        200,
    )

    class Meta:
        model = IdentityProvider
        fields = tuple(name for name in FIELDS)
        widgets: ClassVar[dict[str, Any]] = {
            "certificates": UnfoldAdminTextareaWidget(attrs={"rows": 4, "spellcheck": "false"})
        }

    def clean(self) -> dict[str, Any]:
        """What the metadata and the preset fill in is there before the record is judged as a whole."""
        data = super().clean() or {}
        upload = data.get("metadata_file")
        if upload:
            from apps.sso.protocols.saml_metadata import metadata_read

            try:
                data |= metadata_read(upload.read(), field="metadata_file").values()
            except InvalidInput as error:
                self.add_error("metadata_file", error.detail)
        return data if self.instance.pk else preset_fill(data)


class GroupRoleInline(ChildInline):
    model = GroupRole
    verbose_name_plural = _("roles by groups")


@register(IdentityProvider)
class IdentityProviderAdmin(MasterAdmin):
    icon, menu_order = "key", 10
    tagged = False
    form = ProviderForm
    inlines: ClassVar[list[Any]] = [GroupRoleInline]
    list_display: ClassVar[tuple[str, ...]] = ("name", "code", "preset", "protocol", "issuer", "active")
    list_filter: ClassVar[tuple[str, ...]] = ("active", "protocol")
    readonly_fields: ClassVar[tuple[str, ...]] = ("our_addresses",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "code"), ("preset", "protocol"), ("issuer", "active"), "our_addresses",
                )
            },
        ),
        (
            _("OpenID Connect"),
            {"fields": (("client_id", "new_secret"), ("token_auth", "scopes"))},
        ),
        (
            _("SAML 2.0"),
            {
                "fields": (
                    ("metadata_url", "metadata_file"), ("sso_url", "slo_url"), "certificates",
                    ("sign_requests", "idp_initiated"),
                )
            },
        ),
        (
            _("Who comes in"),
            {
                "fields": (
                    ("email_domains", "default_role"), ("trust_email", "provision", "sync_profile"),
                    ("second_factor_values", "trust_second_factor"), "sign_out_there",
                )
            },
        ),
        (
            _("Names of the claims or attributes"),
            {
                "fields": (
                    ("claim_email", "claim_name"), ("claim_phone", "claim_department"),
                    ("claim_employee_code", "claim_groups"),
                ),
                "description": _("Empty fields of a new provider are filled in by what is known of it."),
            },
        ),
    )  # fmt: skip

    @admin.display(description=_("to enter at the provider"))
    def our_addresses(self, obj: IdentityProvider) -> str:
        if obj.pk is None:
            return str(_("Shown once it is saved."))
        pairs = provider_addresses(obj)
        return format_html_join("", '<div class="bahi-address">{}: <code>{}</code></div>', pairs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        record = IdentityProvider.objects.get(pk=obj.pk) if change else IdentityProvider()
        data = form.cleaned_data
        try:
            saved = provider_save(
                record,
                values={name: data[name] for name in FIELDS if name in data},
                client_secret=data.get("new_secret", ""),
                version=obj.version if change else None,
                by=request.user,
                request=request,
            )
        except InvalidInput as error:
            fields = [replace(e, field=_FORM_NAMES.get(e.field, e.field)) for e in error.errors]
            raise InvalidInput(fields) from error
        adopt(obj, saved)
        obj.code, obj.base_url = saved.code, saved.base_url

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Roles by groups give rights: for the same people as the provider itself."""
        if formset.has_changed():
            sso_change_allow(request.user)
        super().save_formset(request, form, formset, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        provider_delete(obj, by=request.user)

    def restore_model(self, request: HttpRequest, obj: Any) -> None:
        provider_restore(obj, by=request.user)


@register(ExternalIdentity)
class ExternalIdentityAdmin(ReadOnlyAdmin):
    icon, menu_order = "link", 20
    list_display: ClassVar[tuple[str, ...]] = (
        "user", "provider", "email", "employee_code", "provisioned", "created_at", "last_seen_at",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("provider", "provisioned")
    list_select_related: ClassVar[tuple[str, ...]] = ("user", "provider")
    search_fields: ClassVar[tuple[str, ...]] = ("email", "subject", "employee_code", "user__name")
    actions: ClassVar[tuple[str, ...]] = ("unlink",)

    @admin.action(description=_("Remove the link"), permissions=["view"])
    def unlink(self, request: HttpRequest, queryset: Any) -> None:
        for identity in queryset.select_related("user", "provider"):
            identity_unlink(identity, by=request.user)
        self.message_user(request, _("Removed."))
