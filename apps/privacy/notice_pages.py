"""For everybody who signs in: whom to turn to about one's data, and how long what is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.typed_settings import setting_named, settings_of
from apps.privacy.services.access import CONTACT

KEPT = (
    "privacy.session_days", "privacy.access_log_days", "privacy.import_file_days",
    "privacy.deleted_user_days", "messaging.notification_days", "messaging.mail_days", "runtime.job_days",
)  # fmt: skip
"""Classes of data that go by themselves, each after the days of its setting."""


def page(request: HttpRequest) -> HttpResponse:
    """DPDP Act 2023 s.8(9): the contact is published; s.13: complaints."""
    values = settings_of([*CONTACT, *KEPT])
    context = {
        **admin_site.each_context(request),
        "title": _("Your data here"),
        "contact": [values[key] for key in CONTACT if values[key]],
        "kept": [(setting_named(key).title, values[key]) for key in KEPT],
    }
    return TemplateResponse(request, "privacy/notice.html", context)


def page_urls() -> list[Any]:
    view = admin_site.admin_view(page)
    view.bahi_app = "privacy"
    return [path("privacy/", view, name="privacy_notice")]


register_page(
    "privacy",
    "privacy_notice",
    gettext_lazy("Your data here"),
    icon="contact_support",
    allowed=lambda user: bool(user.is_staff),
)
