from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.portal import role_pages, views


def _office(view: Any) -> Any:
    wrapped = admin_site.admin_view(view)
    wrapped.bahi_app = "portal"
    return wrapped


PREFIX = ""
urlpatterns = [
    path("", views.home, name="home"),
    path("quick-create/", views.quick_create, name="quick_create"),
    path("quick-create/roles/", _office(role_pages.strips), name="role_strips"),
    path("quick-create/roles/<int:pk>/", _office(role_pages.strip), name="role_strip"),
    path("favourite/", views.favourite, name="favourite"),
    path("checklist/", views.checklist_part, name="checklist"),
]
register_page("accounts", "role_strips", _("Quick create of roles"), icon="bolt", allowed=role_pages.open_to)
