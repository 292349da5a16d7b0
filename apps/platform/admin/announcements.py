"""Announcements: written here, read on every page of the organisations they are for."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.platform.admin.site import PlatformAdmin, platform_site
from apps.platform.models import Announcement
from apps.platform.services.announcements import announcement_delete, announcement_saved


class AnnouncementAdmin(PlatformAdmin):
    list_display: ClassVar[tuple[str, ...]] = (
        "title", "shown_now", "tone", "audience", "starts_at", "ends_at", "may_dismiss",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("tone", "audience")
    search_fields: ClassVar[tuple[str, ...]] = ("title", "text")
    autocomplete_fields = ("organisations",)
    fieldsets = (
        (None, {"fields": ("title", "text", ("tone", "audience", "may_dismiss"))}),
        (gettext_lazy("When and for whom"), {"fields": (("starts_at", "ends_at"), "organisations")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    @display(description=gettext_lazy("now"), label={"on": "success", "later": "info", "over": "danger"})
    def shown_now(self, obj: Any) -> Any:
        now = timezone.now()
        if now < obj.starts_at:
            return "later", _("later")
        return ("on", _("shown")) if now < obj.ends_at else ("over", _("over"))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        announcement_saved(form.instance, changed=change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        announcement_delete(obj)


platform_site.register(Announcement, AnnouncementAdmin)
