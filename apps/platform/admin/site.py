"""The platform's own admin site: operators only, its first page is the dashboard."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from apps.accounts.services.sessions import lately_confirmed
from apps.core.actor import Actor, reset_actor, set_actor
from apps.core.address import client_address
from apps.core.admin.menu import Sidebar, register_page
from apps.core.errors import BahiError
from apps.platform import selectors
from apps.platform.services.figures_all import figures_refresh


class PlatformSite(Sidebar, UnfoldAdminSite):
    site_title = site_header = "Bahi platform"
    index_title = gettext_lazy("Platform")

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """The theme's wider policy, as in the back office; what is done here is done by an operator."""
        inner = super().admin_view(view, cacheable)

        def acting(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            user = request.user
            label = f"{user} (platform operator)" if user.is_authenticated else "Anonymous"
            token = set_actor(Actor("operator", user, label, client_address(request)))
            try:
                return inner(request, *args, **kwargs)
            finally:
                reset_actor(token)

        return csp_update({"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]})(acting)

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        if request.user.is_authenticated:
            return redirect("/accounts/login/")
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One page for it: it counts wrong passwords, ends the other sign-ins and checks the rules."""
        return redirect("password_change")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One way out too: it enters the sign-out in list and log, and leads to the identity provider's."""
        return HttpResponseRedirect(reverse("logout"), preserve_request=True)

    def get_urls(self) -> list[Any]:
        """Without Django's way to records by content type, as in the back office."""
        return [
            path("figures/", self.admin_view(self.refresh), name="figures_refresh"),
            path("settings/", self.admin_view(self.settings), name="settings"),
            path("jobs/", self.admin_view(self.jobs), name="jobs_everywhere"),
            path("backups/", self.admin_view(self.backups), name="backups"),
            path("trail/", self.admin_view(self.trail), name="trail"),
            *(item for item in super().get_urls() if getattr(item, "name", None) != "view_on_site"),
        ]

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {**self.each_context(request), "title": _("Platform"), **selectors.dashboard()}
        return render(request, "platform/admin/dashboard.html", context)

    def refresh(self, request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            count = figures_refresh()
            messages.success(request, _("The worker counts %(n)d organisations anew.") % {"n": count})
        return HttpResponseRedirect(reverse("platform:index"))

    def settings(self, request: HttpRequest) -> HttpResponse:
        from apps.platform.admin.settings import settings_page  # it needs this site

        return settings_page(request)

    def backups(self, request: HttpRequest) -> HttpResponse:
        from apps.platform.admin.backups import backups_page  # it needs this site

        return backups_page(request)

    def trail(self, request: HttpRequest) -> HttpResponse:
        from apps.platform.admin.audit import trail_page  # it needs this site

        return trail_page(request)

    def jobs(self, request: HttpRequest) -> HttpResponse:
        state = request.GET.get("state", "")
        context = {
            **self.each_context(request),
            "title": _("Jobs of all organisations"),
            "state": state,
            **selectors.jobs_page(state),
        }
        return render(request, "platform/admin/jobs.html", context)


platform_site = PlatformSite(name="platform")


def proof_first(request: HttpRequest, page: str) -> HttpResponse | None:
    """Where an operator who didn't prove himself lately is sent, to come back to ``page``; None: he did.

    Asked before he enters an organisation, has one deleted, restores a backup, ends or helps a colleague.
    """
    if lately_confirmed(request):
        return None
    return redirect(f"{reverse('confirm')}?{urlencode({'next': page})}")


class PlatformAdmin(ModelAdmin):
    """Base of the platform's lists: everything an operator does is logged by services, nothing is deleted."""

    compressed_fields = False
    list_per_page = 50

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What a service refuses is said on the page."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except BahiError as error:
            for item in error.errors:
                messages.error(request, item.detail)
            return HttpResponseRedirect(request.get_full_path())


class ReadOnlyPlatformAdmin(PlatformAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


register_page("tenancy", "platform:index", gettext_lazy("Dashboard"), icon="dashboard")
register_page(
    "tenancy", "platform:tenancy_organisation_changelist", gettext_lazy("Organisations"), icon="domain"
)
register_page("tenancy", "platform:platform_signup_changelist", gettext_lazy("Sign-ups"), icon="person_add")
register_page("tenancy", "platform:tenancy_plan_changelist", gettext_lazy("Plans"), icon="inventory")
register_page(
    "tenancy", "platform:platform_announcement_changelist", gettext_lazy("Announcements"), icon="campaign"
)
register_page(
    "tenancy",
    "platform:platform_override_changelist",
    gettext_lazy("Operator's visits"),
    icon="shield_person",
)
register_page("tenancy", "platform:jobs_everywhere", gettext_lazy("Jobs"), icon="work_history")
register_page(
    "tenancy",
    "platform:tenancy_organisationjob_changelist",
    gettext_lazy("Set-ups and deletions"),
    icon="build",
)
register_page("tenancy", "platform:backups", gettext_lazy("Backups"), icon="settings_backup_restore")
register_page(
    "tenancy",
    "platform:tenancy_deletionrecord_changelist",
    gettext_lazy("Deleted organisations"),
    icon="delete",
)
register_page("tenancy", "platform:accounts_user_changelist", gettext_lazy("Operators"), icon="group")
register_page(
    "tenancy", "platform:accounts_accesslog_changelist", gettext_lazy("Platform's log"), icon="policy"
)
register_page("tenancy", "platform:trail", gettext_lazy("Verify the log"), icon="verified_user")
register_page("tenancy", "platform:settings", gettext_lazy("Settings"), icon="settings")
