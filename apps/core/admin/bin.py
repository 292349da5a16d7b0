"""The bin of a master: its filter in the list, the pages that put a record in and take it out.

Whoever may delete records of a kind sees its bin and takes them out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.admin.lists import BIN
from apps.core.admin.urls import admin_url
from apps.core.errors import BahiError
from apps.core.keys import key_read
from apps.core.records import record_delete, record_restore, record_save
from apps.core.registry import has_bin, resource_of
from apps.core.scope import record_open_or_refuse
from apps.core.uow import run_in_unit_of_work
from apps.core.uses import Found, uses_of


class BinFilter(admin.SimpleListFilter):
    """The rows themselves are chosen by ``get_queryset``, which every page of the list starts from."""

    title = gettext_lazy("bin")
    parameter_name = BIN

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("In the bin"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset


@admin.action(description=gettext_lazy("Restore"), permissions=["delete"])
def restore_selected(model_admin: Any, request: HttpRequest, queryset: Any) -> None:
    """Out of the bin, one by one: what can't be restored stays and says why."""
    done = 0
    for record in queryset:
        try:
            run_in_unit_of_work(lambda record=record: model_admin.restore_model(request, record))
            done += 1
        except BahiError as error:
            for item in error.errors:
                messages.error(request, f"{record}: {item.detail}")
    if done:
        text = ngettext("%(n)d record restored.", "%(n)d records restored.", done)
        messages.success(request, text % {"n": done})


class BinAdmin:
    """Mixin of ``MasterAdmin``."""

    model: Any
    admin_site: Any

    @property
    def has_bin(self) -> bool:
        return has_bin(self.model)

    @property
    def delete_confirmation_template(self) -> str | None:
        return "core/bin_confirm.html" if self.has_bin else None

    @property
    def delete_selected_confirmation_template(self) -> str | None:
        return self.delete_confirmation_template

    def in_bin(self, request: HttpRequest) -> bool:
        """Whether the list shows the bin."""
        return self.has_bin and request.GET.get(BIN) == "1" and self._may(request, "delete")  # type: ignore[attr-defined]  # a mixin: the admin class beside it has the method

    def of_bin(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of a list or choice: those in the bin only where it is asked for; a page shows both."""
        if not self.has_bin or getattr(request, "bahi_record_page", False):
            return queryset
        return queryset.filter(deleted_at__isnull=not self.in_bin(request))

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """A record in the bin has its page still, for those who may take it out."""
        request.bahi_record_page = True  # type: ignore[attr-defined]  # read by ``of_bin``
        try:
            found = super().get_object(request, object_id, from_field)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        finally:
            request.bahi_record_page = False  # type: ignore[attr-defined]  # as above
        gone = getattr(found, "deleted_at", None) is not None
        return None if gone and not self._may(request, "delete") else found  # type: ignore[attr-defined]  # a mixin

    def get_list_filter(self, request: HttpRequest) -> Any:
        own = super().get_list_filter(request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        return [*own, BinFilter] if self.has_bin and self._may(request, "delete") else own  # type: ignore[attr-defined]  # a mixin

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        if self.in_bin(request):
            return {"restore_selected": (restore_selected, "restore_selected", _("Restore"))}
        return actions

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is in the bin is read, not changed."""
        gone = getattr(obj, "deleted_at", None) is not None
        return not gone and super().has_change_permission(request, obj)  # type: ignore[misc]  # a mixin

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        gone = getattr(obj, "deleted_at", None) is not None
        return not gone and super().has_delete_permission(request, obj)  # type: ignore[misc]  # a mixin

    # --- putting in and taking out ----------------------------------------------------------------

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        record_open_or_refuse(obj, request.user, "delete")
        if self.has_bin:
            record_delete(obj, by=request.user)
        else:
            super().delete_model(request, obj)  # type: ignore[misc]  # a mixin: the admin class beside it has the method

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """All of them, or none when one is refused."""
        rows = list(queryset)

        def work() -> None:
            for row in rows:
                self.delete_model(request, row)

        run_in_unit_of_work(work)

    def restore_url(self, request: HttpRequest, obj: Any) -> str:
        if getattr(obj, "deleted_at", None) is None or not self._may(request, "delete"):  # type: ignore[attr-defined]  # a mixin
            return ""
        meta = self.model._meta
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_restore", args=[obj.pk])

    def restore_model(self, request: HttpRequest, obj: Any) -> None:
        record_open_or_refuse(obj, request.user, "delete")
        record_restore(obj, by=request.user)

    def get_deleted_objects(self, objs: Sequence[Any], request: HttpRequest) -> Any:
        """What the question before deleting says: the records, and what still uses them (``protected``)."""
        if not self.has_bin:
            return super().get_deleted_objects(objs, request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        rows = list(objs)
        found = uses_of(self.model, [row.pk for row in rows])
        used = [
            {
                "row": row,
                "uses": [self._use_line(request, row, item) for item in found[row.pk]],
                "off": row.active and self.has_change_permission(request, row),
            }
            for row in rows
            if row.pk in found
        ]
        free = [row for row in rows if row.pk not in found]
        return free, {str(self.model._meta.verbose_name_plural): len(free)}, set(), used

    def _use_line(self, request: HttpRequest, row: Any, item: Found) -> Any:
        """``open dues: 3``, as a link to their list where the person may open it."""
        other = self.admin_site._registry.get(item.use.model)
        text = f"{item.label}: {item.number}"
        if (
            other is None
            or "__" in item.use.path
            or item.use.path == "pk"
            or not other.has_view_permission(request)
        ):
            return text
        meta = item.use.model._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        return format_html(
            '<a class="bahi-link" href="{}?{}__id__exact={}">{}</a>', url, item.use.path, row.pk, text
        )

    def get_urls(self) -> list[Any]:
        meta = self.model._meta
        own = [
            path(
                f"<path:object_id>/{name}/",
                self._page(view),
                name=f"{meta.app_label}_{meta.model_name}_{name}",
            )
            for name, view in (("restore", self.restore_view), ("off", self.off_view))
        ]
        return [*(own if self.has_bin else ()), *super().get_urls()]  # type: ignore[misc]  # a mixin

    def _page(self, view: Any) -> Any:
        wrapped = self.admin_site.admin_view(view)
        wrapped.model_admin = self
        return wrapped

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST: out of the bin; then its page."""
        return self._done(
            request, object_id, "delete", lambda row: self.restore_model(request, row), _("Restored.")
        )

    def off_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST: switched off instead of deleted: gone from choices, everything else stays."""
        return self._done(
            request, object_id, "change", lambda row: self.switch_off(request, row), _("Switched off.")
        )

    def switch_off(self, request: HttpRequest, obj: Any) -> None:
        """By the service that every change of this master goes through."""
        view_class = resource_of(self.model)
        if view_class is None:
            record_save(obj, values={"active": False}, version=obj.version, by=request.user)
            return
        view = view_class()
        view.request = request
        view.save_record(obj, {"active": False}, {}, obj.version)

    def _done(self, request: HttpRequest, object_id: str, action: str, work: Any, said: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        rows = self.model._default_manager.for_user(request.user, action)
        record = get_object_or_404(rows, pk=key_read(object_id))
        try:
            run_in_unit_of_work(lambda: work(record))
            messages.success(request, said)
        except BahiError as error:
            for item in error.errors:
                messages.error(request, item.detail)
        return HttpResponseRedirect(admin_url(record))
