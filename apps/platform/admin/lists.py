"""Plans, and the lists that are only read: sign-ups, visits, jobs, deletions, the platform's log."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.accounts.models import AccessLog
from apps.platform.admin.organisations import _module_field
from apps.platform.admin.site import PlatformAdmin, ReadOnlyPlatformAdmin, platform_site
from apps.platform.models import Override, SignUp
from apps.platform.services.organisations import plan_saved
from apps.platform.services.override import override_end
from apps.tenancy.choices import Metric
from apps.tenancy.models import DeletionRecord, OrganisationJob, Plan
from apps.tenancy.services.deletion import record_is_true


class PlanForm(forms.ModelForm):
    modules = _module_field()

    class Meta:
        model = Plan
        fields: ClassVar[tuple[str, ...]] = ("code", "name", *Metric.values, "modules", "on_sign_up")


class PlanAdmin(PlatformAdmin):
    form = PlanForm
    list_display: ClassVar[tuple[str, ...]] = ("name", "code", *Metric.values, "on_sign_up")
    search_fields: ClassVar[tuple[str, ...]] = ("name", "code")
    fieldsets = (
        (None, {"fields": (("code", "name", "on_sign_up"),)}),
        (
            gettext_lazy("Limits (empty: none)"),
            {"fields": (("users", "companies", "storage", "documents", "api_calls"),)},
        ),
        (gettext_lazy("Allowed modules (none: all)"), {"fields": ("modules",)}),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        plan_saved(obj)


class SignUpAdmin(ReadOnlyPlatformAdmin):
    list_display: ClassVar[tuple[str, ...]] = (
        "name", "slug", "person", "email", "shown_state", "organisation_link", "created_at", "decided_by",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("state", "created_at")
    search_fields: ClassVar[tuple[str, ...]] = ("name", "slug", "person", "email")
    exclude = ("token_hash",)

    @display(
        description=gettext_lazy("state"),
        label={"waiting": "warning", "approved": "success", "refused": "danger", "unconfirmed": "info"},
    )
    def shown_state(self, obj: Any) -> Any:
        return obj.state, obj.get_state_display()

    @display(description=gettext_lazy("organisation"))
    def organisation_link(self, obj: Any) -> str:
        if obj.organisation_id is None:
            return "–"
        page = reverse("platform:tenancy_organisation_change", args=[obj.organisation_id])
        return format_html(
            '<a class="bahi-link" href="{}">{}</a>',
            page,
            _("Decide") if obj.state == "waiting" else _("Open"),
        )


class OverrideAdmin(ReadOnlyPlatformAdmin):
    list_display: ClassVar[tuple[str, ...]] = (
        "organisation", "operator", "reason", "may_write", "state", "entered_at", "expires_at", "ended_at",
        "ended_why", "address",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("state", "may_write", "created_at")
    list_select_related: ClassVar[tuple[str, ...]] = ("organisation",)
    search_fields: ClassVar[tuple[str, ...]] = ("organisation__name", "operator", "reason")
    exclude = ("token_hash", "session_key", "link_until", "operator_id")
    actions: ClassVar[tuple[str, ...]] = ("end",)

    @admin.action(description=gettext_lazy("End now"), permissions=["view"])
    def end(self, request: HttpRequest, queryset: Any) -> None:
        for visit in queryset.select_related("organisation"):
            override_end(visit, why="platform", by=str(request.user))
        messages.success(request, _("Ended."))


class OrganisationJobAdmin(ReadOnlyPlatformAdmin):
    list_display: ClassVar[tuple[str, ...]] = (
        "slug", "work", "shown_state", "step", "attempts", "asked_by", "created_at", "started_at",
        "finished_at",
        "error",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("state", "work")
    search_fields: ClassVar[tuple[str, ...]] = ("slug", "organisation__name")

    @display(
        description=gettext_lazy("state"),
        label={"done": "success", "failed": "danger", "running": "info", "waiting": "info"},
    )
    def shown_state(self, obj: Any) -> Any:
        return obj.state, obj.get_state_display()


class DeletionRecordAdmin(ReadOnlyPlatformAdmin):
    list_display: ClassVar[tuple[str, ...]] = ("slug", "name", "requested_by", "deleted_at", "is_true")
    search_fields: ClassVar[tuple[str, ...]] = ("slug", "name")

    @display(description=gettext_lazy("as it was signed"), boolean=True)
    def is_true(self, obj: Any) -> bool:
        return record_is_true(obj)


class PlatformLogAdmin(ReadOnlyPlatformAdmin):
    list_display: ClassVar[tuple[str, ...]] = ("at", "event", "what", "of", "label", "address", "more")
    list_filter: ClassVar[tuple[str, ...]] = ("event", "at")
    search_fields: ClassVar[tuple[str, ...]] = ("label", "address", "detail")
    show_full_result_count = False

    @display(description=gettext_lazy("action"))
    def what(self, obj: Any) -> str:
        return str(obj.detail.get("action", ""))

    @display(description=gettext_lazy("organisation"))
    def of(self, obj: Any) -> str:
        return str(obj.detail.get("organisation", ""))

    @display(description=gettext_lazy("detail"))
    def more(self, obj: Any) -> str:
        rest = {
            k: v for k, v in obj.detail.items() if k not in ("action", "organisation") and v not in ("", None)
        }
        return ", ".join(f"{key}: {value}" for key, value in rest.items())[:200]


platform_site.register(Plan, PlanAdmin)
platform_site.register(SignUp, SignUpAdmin)
platform_site.register(Override, OverrideAdmin)
platform_site.register(OrganisationJob, OrganisationJobAdmin)
platform_site.register(DeletionRecord, DeletionRecordAdmin)
platform_site.register(AccessLog, PlatformLogAdmin)
