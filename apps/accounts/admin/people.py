"""Users in the back office: who works here, invited by mail or with a password set here."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import UnfoldAdminPasswordWidget

from apps.accounts.admin.roles import adopt
from apps.accounts.models import User
from apps.accounts.selectors import OPERATOR_EMAIL, units_managed
from apps.accounts.services.addresses import email_change_cancel
from apps.accounts.services.factors import factors_reset
from apps.accounts.services.lockout import failures_forget
from apps.accounts.services.passwords import invitation_send, password_set_for
from apps.accounts.services.sessions import lately_confirmed, sessions_end_all
from apps.accounts.services.users import user_deactivate, user_delete, user_restore, user_save
from apps.core.access import may
from apps.core.actor import current_actor
from apps.core.admin.bases import ScopedAdmin
from apps.core.admin.site import register
from apps.core.contribute import contributions_to
from apps.core.errors import NotAllowed, Refused

VALUES = ("email", "name", "phone", "department", "language", "is_staff")


class UserForm(forms.ModelForm):
    """``first_password`` is asked for new users only; without it they are invited by mail."""

    first_password = forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to mail an invitation: the person then chooses the password."),
    )

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = (*VALUES, "roles", "teams")


class SetPasswordForm(AdminPasswordChangeForm):
    """Sets somebody's password through the service, which ends his sign-ins."""

    def save(self, commit: bool = True) -> Any:
        return password_set_for(
            user=self.user, password=self.cleaned_data["password1"], by=current_actor().user
        )


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("Active")), ("off", _("Switched off")), ("deleted", _("In the bin"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        queryset = queryset.exclude(email=OPERATOR_EMAIL)
        if self.value() == "deleted":
            return queryset.exclude(deleted_at=None)
        queryset = queryset.filter(deleted_at=None)
        return queryset.filter(is_active=self.value() == "active") if self.value() else queryset


@register(User)
class UserAdmin(DjangoUserAdmin, ScopedAdmin):
    icon, menu_order = "person", 10
    form = add_form = UserForm
    change_password_form = SetPasswordForm
    add_form_template = None
    ordering = ("name",)
    list_display: ClassVar[tuple[str, ...]] = (
        "name", "email", "role_names", "department", "is_active", "last_login",
    )  # fmt: skip
    list_filter: ClassVar[tuple[Any, ...]] = (StateFilter, "roles", "department")
    list_select_related: ClassVar[tuple[str, ...]] = ("department",)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "email")
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("department", "roles", "teams")
    filter_horizontal: ClassVar[tuple[str, ...]] = ()
    readonly_fields: ClassVar[tuple[str, ...]] = (
        "is_active",
        "last_login",
        "created_at",
        "pending",
        "manages",
    )
    actions: ClassVar[tuple[str, ...]] = (
        "invite",
        "deactivate",
        "restore",
        "unlock",
        "sign_out",
        "reset_factors",
        "cancel_email",
    )
    add_fieldsets = (
        (None, {"fields": (("email", "name"), ("phone", "language"), "first_password")}),
        (_("Access"), {"fields": ("roles", ("department", "is_staff"), "teams")}),
    )
    fieldsets = (
        (None, {"fields": (("email", "name"), ("phone", "language"), "pending")}),
        (_("Access"), {"fields": ("roles", ("department", "is_staff"), "teams", "manages")}),
        (_("State"), {"fields": (("is_active", "last_login", "created_at"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("roles")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """With the fields that higher apps add (companies)."""
        kwargs["form"] = type("UserForm", (UserForm,), _contributed_fields(request, obj))
        return super().get_form(request, obj, change=change, **kwargs)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        work = super().user_change_password
        return self._or_message(request, request.path, lambda: work(request, id, form_url))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        names = list(_contributed(request))
        base: list[Any] = list(super().get_fieldsets(request, obj))
        if names:
            base.insert(2, (_("Limits"), {"fields": names}))
        return base

    def role_names(self, obj: Any) -> str:
        return ", ".join(role.name for role in obj.roles.all())

    role_names.short_description = _("roles")  # type: ignore[attr-defined]  # Django reads it from the function

    @admin.display(description=_("new address, not confirmed yet"))
    def pending(self, obj: Any) -> str:
        return obj.pending_email or "–"

    @admin.display(description=_("manages"))
    def manages(self, obj: Any) -> str:
        return ", ".join(unit.name for unit in units_managed(obj)) or "–"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        data = form.cleaned_data
        saved = user_save(
            User.objects.get(pk=obj.pk) if change else User(),
            values={name: data[name] for name in VALUES if name in data},
            roles=list(data["roles"]),
            teams=list(data["teams"]),
            version=obj.version if change else None,
            by=request.user,
        )
        for name, item in _contributed(request).items():
            item.write(saved, list(data.get(name) or []), request.user)
        if not change:
            self._first_sign_in(request, saved, data.get("first_password") or "")
        if change and saved.email != data["email"].strip().lower():
            text = _("A link was mailed to %(mail)s. The new address counts once it was opened.")
            messages.info(request, text % {"mail": data["email"]})
        adopt(obj, saved)

    @staticmethod
    def _first_sign_in(request: HttpRequest, user: User, password: str) -> None:
        if password:
            password_set_for(user=user, password=password, by=request.user, field="first_password")
        else:
            invitation_send(user=user, request=request, by=request.user)  # type: ignore[arg-type]  # Django's request does where a REST request is named
            messages.info(request, _("An invitation was mailed to %(mail)s.") % {"mail": user.email})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        user_delete(user=obj, by=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            user_delete(user=obj, by=request.user)

    # --- actions ----------------------------------------------------------------------------------

    @admin.action(description=_("Mail an invitation"), permissions=["view"])
    def invite(self, request: HttpRequest, queryset: Any) -> None:
        _allow(request, "accounts.invite_user")
        for user in queryset:
            if user.has_usable_password() or not user.is_active:
                text = _("%(who)s is switched off, or has a password already.") % {"who": user}
                raise Refused(text, code="not_invitable")
            invitation_send(user=user, request=request, by=request.user)  # type: ignore[arg-type]  # Django's request does where a REST request is named
        messages.success(request, _("Invited."))

    @admin.action(description=_("Switch off"), permissions=["view"])
    def deactivate(self, request: HttpRequest, queryset: Any) -> None:
        _allow(request, "accounts.deactivate_user")
        for user in queryset:
            user_deactivate(user=user, by=request.user)
        messages.success(request, _("Switched off."))

    @admin.action(description=_("Switch on again"), permissions=["view"])
    def restore(self, request: HttpRequest, queryset: Any) -> None:
        _allow(request, "accounts.deactivate_user")
        for user in queryset:
            user_restore(user=user, by=request.user)
        messages.success(request, _("Restored."))

    @admin.action(description=_("Forget failed sign-ins"), permissions=["view"])
    def unlock(self, request: HttpRequest, queryset: Any) -> None:
        _allow(request, "accounts.deactivate_user")
        for user in queryset:
            failures_forget(user.email)
        messages.success(request, _("Unlocked."))

    @admin.action(description=_("Sign out everywhere"), permissions=["view"])
    def sign_out(self, request: HttpRequest, queryset: Any) -> None:
        _allow(request, "accounts.deactivate_user")
        for user in queryset:
            sessions_end_all(user)
        messages.success(request, _("Signed out everywhere."))

    @admin.action(description=_("Remove second factors"), permissions=["view"])
    def reset_factors(self, request: HttpRequest, queryset: Any) -> None:
        _allow(request, "accounts.reset_second_factor")
        if not lately_confirmed(request):
            raise NotAllowed(
                _("Please confirm first that it is you: sign in again."), code="confirmation_required"
            )
        for user in queryset:
            factors_reset(user=user, by=request.user, request=request)
        messages.success(request, _("Removed. They were signed out and told by mail."))

    @admin.action(description=_("Call off the change of the address"), permissions=["change"])
    def cancel_email(self, request: HttpRequest, queryset: Any) -> None:
        for user in queryset:
            email_change_cancel(user=user, by=request.user)  # type: ignore[arg-type]  # only signed-in people come here
        messages.success(request, _("The address stays as it is."))


def _allow(request: HttpRequest, permission: str) -> None:
    if not may(request.user, permission):
        raise NotAllowed(_("You may not do this."))


def _contributed(request: HttpRequest) -> dict[str, Any]:
    """Lists of records that higher apps add to a user and that may be written."""
    found = contributions_to(User, request.user)
    return {name: item for name, item in found.items() if item.kind == "keys" and item.write is not None}


def _contributed_fields(request: HttpRequest, obj: Any) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {}
    for name, item in _contributed(request).items():
        chosen = item.resolve([obj.pk]).get(obj.pk, []) if obj is not None else []
        fields[name] = forms.ModelMultipleChoiceField(
            queryset=item.model.objects.for_user(request.user),
            label=item.label,
            required=False,
            initial=chosen,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None chosen: all."),
        )
    return fields
