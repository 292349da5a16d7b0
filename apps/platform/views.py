"""Pages inside an organisation: usage, own domains, look of the sign-in pages, the operator's visits."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.limits import attempts_limit
from apps.accounts.second_step_views import confirmed_required
from apps.core.access import may
from apps.core.admin.menu import register_page
from apps.core.errors import BahiError, InvalidInput
from apps.core.keys import key_read
from apps.core.tenant import current_organisation
from apps.core.uow import run_in_unit_of_work
from apps.platform.choices import OverrideState
from apps.platform.forms import LookForm
from apps.platform.models import Override, SignInLook
from apps.platform.pictures import png_answer
from apps.platform.services.announcements import announcement_dismiss
from apps.platform.services.look import look_css, look_now, look_save
from apps.platform.services.override import (
    LIVE,
    override_decide,
    override_end,
    override_enter,
    override_find,
)
from apps.platform.services.own_side import operator_access_set
from apps.platform.services.profile import organisation_now
from apps.tenancy.choices import OperatorAccess
from apps.tenancy.models import Organisation
from apps.tenancy.services.domains import domain_claim, domain_primary, domain_remove, domain_verify
from apps.tenancy.services.limits import usage_of

View = Callable[..., HttpResponse]
PAGES = (
    ("organisation_usage", gettext_lazy("Plan and usage"), "speed", "platform.view_usage"),
    ("organisation_domains", gettext_lazy("Own domains"), "language", "platform.manage_domains"),
    ("organisation_look", gettext_lazy("Sign-in page"), "palette", "platform.manage_look"),
    (
        "organisation_operator",
        gettext_lazy("Platform's operator"),
        "shield_person",
        "platform.manage_operator",
    ),
)


def needs(permission: str) -> Callable[[View], View]:
    """Signed in and allowed; else the sign-in page, or 403."""

    def wrap(view: View) -> View:
        @login_required
        @never_cache
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(request.user, permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return wrap


def _try(request: HttpRequest, work: Callable[[], Any], done: str) -> bool:
    """Do it in a unit of work and say how it went."""
    try:
        run_in_unit_of_work(work)
    except BahiError as error:
        for item in error.errors:
            messages.error(request, item.detail)
        return False
    messages.success(request, done)
    return True


@needs("platform.view_usage")
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    organisation = organisation_now()
    context = {"title": _("Plan and usage"), "lines": usage_of(organisation), "plan": organisation.plan}
    return render(request, "platform/usage.html", context)


# --- own domains ----------------------------------------------------------------------------------

DOMAIN_VERBS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "verify": (domain_verify, gettext_lazy("The domain is verified and opens this organisation.")),
    "remove": (domain_remove, gettext_lazy("The domain is given back.")),
    "primary": (domain_primary, gettext_lazy("Links in mails carry this domain from now on.")),
}


@needs("platform.manage_domains")
@require_http_methods(["GET", "POST"])
def domains(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _domain_post(request)
    organisation = organisation_now()
    primary = organisation.domains.filter(is_primary=True).values_list("domain", flat=True).first()
    context = {"title": _("Own domains"), "claims": organisation.domain_claims.all(), "primary": primary}
    return render(request, "platform/domains.html", context)


@confirmed_required
def _domain_post(request: HttpRequest) -> HttpResponse:
    """A domain is a way in, and a name to ask for passwords under: whoever changes it proves himself."""
    _domain_change(request, organisation_now())
    return redirect("organisation_domains")


def _domain_change(request: HttpRequest, organisation: Organisation) -> None:
    verb, claim_id = request.POST.get("verb", ""), request.POST.get("claim", "")
    if verb == "add":
        name = request.POST.get("domain", "")
        _try(request, lambda: domain_claim(organisation, name), _("Now publish the record, then verify."))
        return
    claim = organisation.domain_claims.filter(pk=key_read(claim_id)).first()
    if verb not in DOMAIN_VERBS or claim is None:
        raise Http404
    work, text = DOMAIN_VERBS[verb]
    if verb == "verify":  # keeps what the name servers said, whatever it was
        try:
            domain_verify(claim)
            messages.success(request, text)
        except BahiError as error:
            messages.error(request, error.detail)
        return
    _try(request, lambda: work(claim), text)


# --- look of the sign-in pages --------------------------------------------------------------------


@needs("platform.manage_look")
@require_http_methods(["GET", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    organisation = organisation_now()
    row = SignInLook.objects.filter(organisation=organisation).first()
    initial = {"text": row.text, "accent": row.accent, "background": row.background} if row else {}
    form = LookForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            run_in_unit_of_work(lambda: look_save(organisation, **form.cleaned_data))
            messages.success(request, _("Saved."))
            return redirect("organisation_look")
        except InvalidInput as error:
            form.refuse(error)
    return render(request, "platform/look.html", {"title": _("Sign-in page"), "form": form, "look": row})


@require_GET
def look_css_view(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(look_css(look_now()), content_type="text/css")
    response["Cache-Control"] = "private, max-age=60"
    return response


@require_GET
def look_logo(request: HttpRequest) -> HttpResponse:
    row = look_now()
    return png_answer(request, row.logo_digest if row else "", lambda: row.logo if row else None)


# --- the operator ---------------------------------------------------------------------------------


@needs("platform.manage_operator")
@require_http_methods(["GET", "POST"])
def operator(request: HttpRequest) -> HttpResponse:
    """Who was inside, who asks to enter, and whether anybody may."""
    organisation = organisation_now()
    if request.method == "POST":
        _operator_change(request, organisation)
        return redirect("organisation_operator")
    visits = Override.objects.filter(organisation=organisation)[:100]
    context = {
        "title": _("Platform's operator"),
        "asked": [visit for visit in visits if visit.state == OverrideState.ASKED],
        "visits": visits,
        "live": LIVE,
        "choices": OperatorAccess.choices,
        "chosen": organisation.operator_access,
    }
    return render(request, "platform/operator.html", context)


def _operator_change(request: HttpRequest, organisation: Organisation) -> None:
    verb, user = request.POST.get("verb", ""), request.user
    if verb == "access":
        wanted = request.POST.get("access", "")
        _try(request, lambda: operator_access_set(organisation, wanted), _("Saved."))
        return
    asked = Override.objects.filter(organisation=organisation, pk=key_read(request.POST.get("visit")))
    visit = asked.first()
    if visit is None or verb not in ("grant", "refuse", "end"):
        raise Http404
    if verb == "end":
        _try(request, lambda: override_end(visit, why="organisation", by=str(user)), _("The visit is ended."))
    else:
        granted = verb == "grant"
        text = _("The operator may enter.") if granted else _("Refused.")
        _try(request, lambda: override_decide(visit, granted=granted, by=user), text)  # type: ignore[arg-type]  # signed in


@never_cache
@require_http_methods(["GET", "POST"])
def override_door(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link: says what will happen, enters on a click (a prefetch must not use it up)."""
    try:
        attempts_limit(request)
        visit = override_find(token)
        if visit is None:
            return render(request, "accounts/link_over.html", status=410)
        if request.method == "POST":
            run_in_unit_of_work(lambda: override_enter(token, request=request))
            return redirect("/")
    except BahiError as error:
        messages.error(request, error.detail)
        return render(request, "accounts/link_over.html", status=error.status)
    return render(request, "platform/override_door.html", {"title": _("Operator's visit"), "visit": visit})


@login_required
@require_POST
def override_leave(request: HttpRequest) -> HttpResponse:
    visit = request.override  # type: ignore[attr-defined]  # by our middleware
    if visit is None:
        raise Http404
    override_end(visit, why="left")
    request.session.flush()
    return redirect("override_over")


@require_GET
def override_over(request: HttpRequest) -> HttpResponse:
    return render(request, "platform/override_over.html", {"title": _("Operator's visit")})


@login_required
@require_POST
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an announcement away and go back."""
    try:
        announcement_dismiss(pk, organisation=current_organisation(), user=request.user)
    except BahiError as error:
        raise Http404 from error
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    from django.utils.http import url_has_allowed_host_and_scheme

    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else "/"


for _name, _title, _icon, _permission in PAGES:
    register_page("platform", _name, _title, icon=_icon, permission=_permission)
