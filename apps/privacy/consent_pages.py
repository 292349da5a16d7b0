"""Where a person takes a consent back: from the link in each mail, without signing in; and the mail program
by one click (RFC 8058). DPDP Act 2023 s.6(4): as easily as it was given."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from apps.core.api.throttling import LinkThrottle
from apps.core.errors import NotFound
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
from apps.privacy.models import ConsentMeans
from apps.privacy.services.consents import consent_of_token, consent_withdraw


@never_cache
@csrf_exempt  # the token is the right; a mail program posts without cookies
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, so that a program that looks at links takes nothing back; POST does it, twice is no fault."""
    if wait := LinkThrottle().refused(request):
        answer = render(request, "privacy/consent.html", {"busy": True}, status=429)
        answer["Retry-After"] = str(wait)
        return answer
    try:
        consent = consent_of_token(token)
    except NotFound as error:
        raise Http404 from error
    if request.method == "POST" and consent.withdrawn_at is None:
        run_in_unit_of_work(lambda: consent_withdraw(consent=consent, means=ConsentMeans.LINK))
    context = {"consent": consent, "organisation": current_organisation()}
    answer = render(request, "privacy/consent.html", context)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "same-origin"
    return answer


def page_urls() -> list[Any]:
    return [path("consent/<str:token>/", withdraw, name="consent_withdraw")]
