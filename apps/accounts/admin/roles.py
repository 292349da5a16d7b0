"""Roles, departments and teams in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.admin.pickers import LevelsField, PermissionsField
from apps.accounts.models import Department, Role, Team
from apps.accounts.services.roles import role_delete, role_restore, role_save
from apps.accounts.services.units import DECIDE, unit_check, unit_log, unit_restore
from apps.core.admin.bases import MasterAdmin
from apps.core.admin.site import register


class RoleForm(forms.ModelForm):
    permissions = PermissionsField(label=_("Permissions"), required=False)
    level_table = LevelsField(label=_("How far the role sees"), required=False)

    class Meta:
        model = Role
        fields: ClassVar[tuple[str, ...]] = (
            "code", "name", "description", "default_level", "discount_limit", "active",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["permissions"] = self.instance.permissions
            self.initial["level_table"] = self.instance.level_table


def adopt(obj: Any, saved: Any) -> None:
    """The admin goes on with its own instance: give it what the service saved."""
    obj.pk, obj.version = saved.pk, saved.version
    obj._state.adding = False


@register(Role)
class RoleAdmin(MasterAdmin):
    icon, menu_order = "badge", 20
    tagged = False
    form = RoleForm
    list_display: ClassVar[tuple[str, ...]] = (
        "name",
        "code",
        "people",
        "default_level",
        "is_ready",
        "active",
    )
    list_filter: ClassVar[tuple[str, ...]] = ("active", "is_ready")
    value_fields = ("code", "name", "description", "default_level", "discount_limit", "active")
    fieldsets = (
        (None, {"fields": (("code", "name"), ("default_level", "discount_limit"), "active", "description")}),
        (_("Permissions"), {"fields": ("permissions",)}),
        (_("How far the role sees, kind by kind"), {"fields": ("level_table",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        from django.db.models import Count, Q

        people = Count("users", filter=Q(users__deleted_at=None, users__is_active=True))
        return super().get_queryset(request).annotate(people_count=people)

    def people(self, obj: Any) -> int:
        return obj.people_count

    people.short_description = _("users")  # type: ignore[attr-defined]  # Django reads it from the function

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        record = self.model.objects.get(pk=obj.pk) if change else self.model()
        values = {n: form.cleaned_data[n] for n in self.value_fields if n in form.cleaned_data}
        saved = role_save(
            record,
            values=values,
            permissions=form.cleaned_data["permissions"],
            levels=form.cleaned_data["level_table"],
            version=obj.version if change else None,
            by=request.user,
        )
        adopt(obj, saved)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        role_delete(obj, by=request.user)

    def restore_model(self, request: HttpRequest, obj: Any) -> None:
        role_restore(obj, by=request.user)


class _UnitAdmin(MasterAdmin):
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        given = unit_check(obj, {name: getattr(obj, name, None) for name in DECIDE}, by=request.user)
        super().save_model(request, obj, form, change)
        unit_log(obj, given)

    def restore_model(self, request: HttpRequest, obj: Any) -> None:
        unit_restore(obj, by=request.user)


@register(Department)
class DepartmentAdmin(_UnitAdmin):
    icon, menu_order = "account_tree", 30
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "parent", "manager", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("parent", "manager")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("parent", "manager")
    fields = ("code", "name", "manager", "parent", "active")


@register(Team)
class TeamAdmin(_UnitAdmin):
    icon, menu_order = "groups", 40
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "department", "parent", "manager", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("department", "parent", "manager")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("department", "parent", "manager")
    fields = ("code", "name", "department", "manager", "parent", "active")
