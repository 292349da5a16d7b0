"""Addresses of the pages about rights, and their places in the menu."""

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.accounts.access_pages import matrix, why
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site


def _page(view: Any) -> Any:
    wrapped = admin_site.admin_view(view)
    wrapped.bahi_app = "accounts"
    return wrapped


urlpatterns = [
    path("roles/matrix/", _page(matrix.page), name="role_matrix"),
    path("roles/matrix/file/", _page(matrix.file), name="role_matrix_file"),
    path("roles/matrix/undo/<int:pk>/", _page(matrix.undo), name="role_undo"),
    path("roles/<int:pk>/copy/", _page(matrix.copy), name="role_copy"),
    path("roles/<int:pk>/reset/", _page(matrix.reset), name="role_reset"),
    path("roles/why/", _page(why.why), name="access_why"),
    path("roles/refused/", _page(why.refused), name="access_refused"),
    path("roles/separation/", _page(why.separation), name="separation"),
]
_MENU = (
    ("role_matrix", _("Roles and permissions"), "grid_on", matrix.SEE),
    ("access_why", _("What can this user do"), "help_center", matrix.SEE),
    ("separation", _("Separation of duties"), "call_split", matrix.SEE),
    ("access_refused", _("Refused access"), "block", why.SEE_LOG),
)
for _name, _title, _icon, _permission in _MENU:
    register_page("accounts", _name, _title, icon=_icon, permission=_permission)
