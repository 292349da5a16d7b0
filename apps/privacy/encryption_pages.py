"""The page of file encryption: how much of it is done, buttons to do the rest and to change the key."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.accounts.guarding import guarded
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.errors import Refused
from apps.core.typed_settings import setting
from apps.core.uow import run_in_unit_of_work
from apps.files.models import FileKey
from apps.files.services.sealing import sealing_figures
from apps.privacy.services.encryption import TASK, encryption_start
from apps.privacy.surfaces import ENCRYPT
from apps.runtime.models import Job


def page(request: HttpRequest) -> HttpResponse:
    """Figures, the age of the key, and the last runs."""
    figures = sealing_figures()
    context = {
        **admin_site.each_context(request),
        "title": _("Encryption of files"),
        "on": setting("files.encrypt"),
        "figures": figures,
        "plain": figures["files"] - figures["encrypted"],
        "key": FileKey.objects.order_by("-pk").first(),
        "jobs": Job.objects.filter(task=TASK).order_by("-id")[:10],
    }
    return TemplateResponse(request, "privacy/encryption.html", context)


def start(request: HttpRequest) -> HttpResponse:
    """``new_key=1``: with a fresh key of the organisation."""
    new_key = request.POST.get("new_key") == "1"
    try:
        run_in_unit_of_work(lambda: encryption_start(by=request.user, new_key=new_key))
    except Refused as error:
        messages.warning(request, error.detail)
    else:
        messages.info(request, _("It runs in the background; the figures here show how far it is."))
    return HttpResponseRedirect(reverse("file_encryption"))


def page_urls() -> list[Any]:
    def view(function: Any, *, proof: bool = False) -> Any:
        return guarded(function, ENCRYPT, app="privacy", proof=proof)

    return [
        path("file-encryption/", view(page), name="file_encryption"),
        path("file-encryption/now/", view(require_POST(start), proof=True), name="file_encryption_now"),
    ]


register_page(
    "privacy", "file_encryption", gettext_lazy("Encryption of files"), icon="encrypted", permission=ENCRYPT
)
