"""The platform operator's admin on the platform's own host: organisations and how they come, pause and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from csp.decorators import csp_update
from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display
from unfold.sites import UnfoldAdminSite
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminEmailInputWidget

from apps.core.admin.menu import register_page
from apps.core.errors import BahiError, InvalidInput
from apps.core.modules import all_modules, default_modules
from apps.tenancy.choices import OrganisationState
from apps.tenancy.first_run import progress_of
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Domain, Organisation
from apps.tenancy.services import provisioning
from apps.tenancy.services.owner_jobs import deletion_start, provisioning_start

TONES = {
    OrganisationState.ACTIVE: "success",
    OrganisationState.PROVISIONING: "info",
    OrganisationState.SUSPENDED: "warning",
    OrganisationState.SCHEDULED: "danger",
    OrganisationState.FAILED: "danger",
}


class PlatformSite(UnfoldAdminSite):
    site_title = site_header = "Bahi platform"
    index_title = gettext_lazy("Platform")

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """The theme's wider policy, as in the back office."""
        return csp_update({"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]})(
            super().admin_view(view, cacheable)
        )

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if request.user.is_authenticated:
            return redirect("/accounts/login/")
        return redirect_to_login(request.GET.get("next") or "/admin/")


platform_site = PlatformSite(name="platform")


class DomainInline(TabularInline):
    model = Domain
    extra = 0
    tab = False


def _module_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Modules"),
        required=False,
        choices=lambda: [(m.key, m.title) for m in all_modules() if m.switchable],  # type: ignore[arg-type]
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )


class OrganisationForm(forms.ModelForm):
    """A new one asks for its administrator, who is invited by mail once it stands."""

    enabled_modules = _module_field()
    administrator = forms.EmailField(
        label=gettext_lazy("First administrator's e-mail"),
        required=False,
        widget=UnfoldAdminEmailInputWidget(),
    )

    class Meta:
        model = Organisation
        fields: ClassVar[tuple[str, ...]] = (
            "slug", "name", "enabled_modules", "time_zone", "language", "fiscal_year_start", "accent",
            "is_default",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("enabled_modules", default_modules())

    def clean_administrator(self) -> str:
        email = self.cleaned_data["administrator"].strip().lower()
        if not self.instance.pk and not email:
            raise forms.ValidationError(_("Who is to be invited?"), code="required")
        return email


class OrganisationAdmin(ModelAdmin):
    form = OrganisationForm
    compressed_fields = False
    list_display: ClassVar[tuple[str, ...]] = (
        "name", "slug", "shown_state", "hosts", "module_count", "is_demo", "created_at",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("state", "is_demo")
    search_fields: ClassVar[tuple[str, ...]] = ("name", "slug", "domains__domain")
    inlines: ClassVar[list[Any]] = [DomainInline]
    change_form_outer_before_template = "admin/tenancy/organisation_state.html"
    add_fieldsets = (
        (None, {"fields": (("slug", "name"), "administrator")}),
        (gettext_lazy("Modules"), {"fields": ("enabled_modules",)}),
        (gettext_lazy("Settings"), {"fields": (("time_zone", "language", "fiscal_year_start"),)}),
    )
    fieldsets = (
        (None, {"fields": (("slug", "name", "schema_name"),)}),
        (gettext_lazy("Modules"), {"fields": ("enabled_modules",)}),
        (gettext_lazy("Settings"), {"fields": (("time_zone", "language", "fiscal_year_start"),
                                           ("accent", "is_default"))}),
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("slug", "schema_name") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else []

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("domains").annotate(n=Count("domains"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=gettext_lazy("state"), label=TONES)
    def shown_state(self, obj: Any) -> Any:
        text = obj.get_state_display()
        if obj.upgrade_error:
            text = f"{text} – {_('upgrade failed')}"
        return obj.state, f"{text}: {_(obj.progress)}" if obj.progress else text

    def hosts(self, obj: Any) -> str:
        return ", ".join(domain.domain for domain in obj.domains.all())

    def module_count(self, obj: Any) -> int:
        return len(obj.enabled_modules)

    hosts.short_description = gettext_lazy("hosts")  # type: ignore[attr-defined]
    module_count.short_description = gettext_lazy("modules")  # type: ignore[attr-defined]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            obj.enabled_modules = provisioning.modules_check(form.cleaned_data["enabled_modules"])
            super().save_model(request, obj, form, change)
            forget_hosts()
            return
        data = form.cleaned_data
        email = data["administrator"]
        administrator = {
            "email": email,
            "name": email.split("@", 1)[0].replace(".", " ").title(),
            "language": data["language"],
        }
        made = provisioning.organisation_create(
            slug=data["slug"],
            name=data["name"],
            modules=data["enabled_modules"],
            setup={"administrator": administrator},
            time_zone=data["time_zone"],
            language=data["language"],
            fiscal_year_start=data["fiscal_year_start"],
        )
        provisioning_start(made.slug)
        obj.pk, obj._state.adding = made.pk, False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except BahiError as error:
            for item in error.errors:
                messages.error(request, item.detail)
            return HttpResponseRedirect(request.get_full_path())

    # --- what changes the state ---------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/state/<str:verb>/",
                view(require_POST(self.state_change)),
                name="tenancy_organisation_state",
            ),
            path("<int:pk>/progress/", view(self.progress), name="tenancy_organisation_progress"),
            *super().get_urls(),
        ]

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the page asks for every second while an organisation is being set up."""
        return JsonResponse(progress_of(_organisation(pk)))

    def state_change(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        organisation = _organisation(pk)
        work = VERBS.get(verb)
        if work is None:
            raise Http404
        target = reverse("platform:tenancy_organisation_change", args=[pk])
        try:
            work(organisation, request.POST)
            self.log_change(request, organisation, f"{verb}: {request.POST.get('reason', '')}".strip(": "))
            messages.success(request, _("Done."))
        except BahiError as error:
            messages.error(request, error.detail)
        if verb == "delete":
            target = reverse("platform:tenancy_organisation_changelist")
        return HttpResponseRedirect(target)


def _organisation(pk: int) -> Organisation:
    found = Organisation.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _retry(organisation: Organisation, data: Any) -> None:
    provisioning.organisation_retry(organisation)
    provisioning_start(organisation.slug)


def _delete(organisation: Organisation, data: Any) -> None:
    if organisation.state != OrganisationState.SCHEDULED:
        raise InvalidInput(_("Schedule the deletion first."), field="state")
    if data.get("confirm") != organisation.slug:
        raise InvalidInput(_("Type the short name to confirm."), field="confirm")
    deletion_start(organisation.slug)


VERBS: dict[str, Callable[[Organisation, Any], None]] = {
    "suspend": lambda o, data: provisioning.organisation_suspend(o, reason=data.get("reason", "")),
    "restore": lambda o, data: provisioning.organisation_restore(o),
    "schedule": lambda o, data: provisioning.organisation_delete_schedule(o),
    "retry": _retry,
    "delete": _delete,
}

platform_site.register(Organisation, OrganisationAdmin)
register_page(
    "tenancy", "platform:tenancy_organisation_changelist", gettext_lazy("Organisations"), icon="domain"
)
