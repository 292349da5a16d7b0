"""The organisation's back office: one admin site over every business app."""

from __future__ import annotations

from functools import wraps
from typing import Any

from csp.decorators import csp_update
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from apps.core.access import access_of
from apps.core.admin.menu import Sidebar


class BackOffice(Sidebar, UnfoldAdminSite):
    site_title = "Bahi"
    site_header = "Bahi"
    index_title = _("Back office")
    login_template = None

    def has_permission(self, request: HttpRequest) -> bool:
        user: Any = request.user
        return bool(user.is_active and user.is_staff and access_of(user).permissions)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """The theme evaluates expressions in attributes (Alpine) and styles inline: its own, wider policy.

        Who is signed in and may do nothing here is refused, as the log of refusals tells; Django would send
        him to sign in, which he has. Only the first page leads on, to his home.
        """
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            user: Any = request.user
            outside = user.is_authenticated and not self.has_permission(request)
            if outside and request.path != reverse("admin:index"):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return csp_update({"script-src": ["'unsafe-eval'"], "style-src": ["'unsafe-inline'"]})(asked)

    def get_urls(self) -> list[Any]:
        """Without Django's way to records by content type, which asks nobody's scope."""
        return [item for item in super().get_urls() if getattr(item, "name", None) != "view_on_site"]

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One page for it, the portal's: it ends the other sign-ins and checks the rules for passwords."""
        from django.shortcuts import redirect

        return redirect("password_change")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """One way out too: it enters the sign-out in list and log, and leads to the identity provider's."""
        return HttpResponseRedirect(reverse("logout"), preserve_request=True)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Worked out only where a page shows it: most have the side navigation alone."""
        return SimpleLazyObject(lambda: super(BackOffice, self).get_app_list(request, app_label))

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One sign-in page for all: the portal's."""
        from django.contrib.auth.views import redirect_to_login
        from django.shortcuts import redirect

        if request.user.is_authenticated:
            return redirect("/")
        return redirect_to_login(request.GET.get("next") or "/admin/")


admin_site = BackOffice(name="admin")


def register(*models: Any) -> Any:
    """Decorator for ``admin.py``: register with the back office."""
    from django.contrib import admin

    return admin.register(*models, site=admin_site)
