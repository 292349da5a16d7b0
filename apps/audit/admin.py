"""The audit trail to search and read, and the page that verifies its chain."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.audit.choices import AuditEvent
from apps.audit.models import AuditEntry
from apps.audit.selectors import changed_labels, entry_changes, event_labels, model_of
from apps.audit.services.chain import chain_head
from apps.audit.services.heads import head_exported
from apps.audit.services.verifying import VERIFY, verification_runs, verification_start
from apps.core.access import may
from apps.core.actor import current_actor
from apps.core.admin.bases import ReadOnlyAdmin
from apps.core.admin.menu import register_page
from apps.core.admin.site import register
from apps.core.registry import registered_models
from apps.core.uow import run_in_unit_of_work
from apps.datatools.reports import Record
from apps.datatools.reports.links import link_url

TONES = {
    AuditEvent.CREATED: "success",
    AuditEvent.CHANGED: "info",
    AuditEvent.DELETED: "danger",
    "sign_in_failed": "warning",
    "refused": "danger",
    "locked": "danger",
}


class EventFilter(admin.SimpleListFilter):
    title, parameter_name = gettext_lazy("event"), "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(event_labels().items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(event=self.value()) if self.value() else queryset


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = gettext_lazy("kind of record"), "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        kinds = [(m._meta.label_lower, str(m._meta.verbose_name).capitalize()) for m in registered_models()]
        return sorted(kinds, key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(record_kind=self.value()) if self.value() else queryset


@register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    icon, menu_order = "history", 10
    list_display: ClassVar[tuple[str, ...]] = (
        "at", "what", "record", "changed", "label", "actor_kind", "address",
    )  # fmt: skip
    list_filter: ClassVar[tuple[Any, ...]] = (EventFilter, KindFilter, "actor_kind", "at")
    search_fields: ClassVar[tuple[str, ...]] = ("label", "record_label", "address", "path", "request_id")
    date_hierarchy = "at"
    fields = readonly_fields = (
        "at", "what", "record", "shown_changes", "label", "actor_kind", "address", "agent", "path",
        "request_id", "shown_detail", "link",
    )  # fmt: skip

    @admin.display(description=gettext_lazy("event"), ordering="event")
    def what(self, entry: AuditEntry) -> str:
        tone = TONES.get(entry.event, "neutral")
        label = event_labels().get(entry.event, entry.event)
        return format_html('<span class="bahi-badge bahi-badge--{}">{}</span>', tone, label)

    @admin.display(description=gettext_lazy("record"))
    def record(self, entry: AuditEntry) -> Any:
        model = model_of(entry)
        if model is None:
            return entry.record_label or "–"
        text = f"{str(model._meta.verbose_name).capitalize()} {entry.record_label or entry.record_id}"
        url = link_url(Record(entry.record_kind, entry.record_id)) if entry.record_id else ""
        return format_html('<a class="bahi-link" href="{}">{}</a>', url, text) if url else text

    @admin.display(description=gettext_lazy("changed"))
    def changed(self, entry: AuditEntry) -> str:
        return changed_labels(entry, _reader())[:120] or "–"

    @admin.display(description=gettext_lazy("changes"))
    def shown_changes(self, entry: AuditEntry) -> str:
        return render_to_string("audit/changes.html", {"changes": entry_changes(entry, _reader())})

    @admin.display(description=gettext_lazy("detail"))
    def shown_detail(self, entry: AuditEntry) -> str:
        return ", ".join(f"{key}: {value}" for key, value in entry.detail.items()) or "–"

    @admin.display(description=gettext_lazy("link in the chain"))
    def link(self, entry: AuditEntry) -> str:
        seal = getattr(entry, "seal", None)
        return f"{seal.sequence}: {seal.chain_hash}" if seal else _("within a second")

    # --- verification ------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.verify_view)
        return [path("verify/", view, name="audit_auditentry_verify"), *super().get_urls()]

    def verify_view(self, request: HttpRequest) -> HttpResponse:
        """The chain's head, the newest head outside the database, past verifications, and a button."""
        if not may(request.user, VERIFY):
            raise PermissionDenied
        if request.method == "POST":
            run_in_unit_of_work(lambda: verification_start(request.user))
            messages.info(request, _("The verification runs in the background; its result appears here."))
            return HttpResponseRedirect(reverse("admin:audit_auditentry_verify"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.model._meta,
            "title": _("Verify the audit trail"),
            "head": chain_head(),
            "exported": head_exported("audit"),
            "jobs": verification_runs(),
        }
        return TemplateResponse(request, "audit/verify.html", context)


def _reader() -> Any:
    """Who reads the page now: fields that he may not see stay hidden."""
    return current_actor().user


register_page(
    "audit", "admin:audit_auditentry_verify", gettext_lazy("Verify"), icon="verified_user", permission=VERIFY
)
