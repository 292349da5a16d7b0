"""Addresses of an organisation whose deletion is scheduled: only the link that takes it back."""

from django.urls import path

from apps.platform.leaving_pages import keep

urlpatterns = [path("organisation/keep/<str:token>/", keep, name="organisation_keep")]
handler404 = "apps.core.error_pages.not_found"
handler500 = "apps.core.error_pages.server_error"
