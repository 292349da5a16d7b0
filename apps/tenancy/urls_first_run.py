from django.urls import path, re_path

from apps.tenancy import first_run

urlpatterns = [
    path("", first_run.first_run, name="first_run"),
    path("setup/status/", first_run.status, name="setup_status"),
    path("setup/retry/", first_run.retry, name="setup_retry"),
    path("accounts/enter/", first_run.enter_wait),
    re_path(r"^(?P<path>.*)$", first_run.elsewhere),
]
