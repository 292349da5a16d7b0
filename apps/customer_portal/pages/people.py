"""The people of one's own firm, and one's own preferences."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import User
from apps.accounts.preferences import preferences_keep
from apps.accounts.services.profile import profile_save
from apps.core.errors import BahiError, NotAllowed
from apps.core.uow import run_in_unit_of_work
from apps.customer_portal.forms import InviteForm, ProfileForm
from apps.customer_portal.models import PortalMember
from apps.customer_portal.pages.common import portal_page
from apps.customer_portal.pages.documents import ActThrottle
from apps.customer_portal.selectors import Visit, colleagues
from apps.customer_portal.services.members import member_end, member_invite
from apps.messaging.catalogue import notification_events
from apps.messaging.services.notifications import choices_of, choices_set


@portal_page
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Colleagues; POST invites one where the organisation leaves that to its customers."""
    if not visit.whole:
        raise Http404("own documents only")
    form = InviteForm(request.POST or None, initial={"language": visit.member.user.language})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            run_in_unit_of_work(lambda: colleague_invite(visit, request, form.cleaned_data))
            messages.success(
                request, _("An invitation was mailed to %(mail)s.") % {"mail": form.cleaned_data["email"]}
            )
            return redirect("portal_people")
        except BahiError as error:
            form.refuse(error)
            status = error.status
    context = {"visit": visit, "active": "people", "form": form, "rows": colleagues(visit)}
    return render(request, "customer_portal/people.html", context, status=status)


def colleague_invite(visit: Visit, request: Any, values: dict[str, Any]) -> PortalMember:
    """Invite somebody of one's own firm. Raises NotAllowed, InvalidInput."""
    if not visit.may_invite:
        raise NotAllowed(_("You may not do this."))
    if not ActThrottle().allow_request(request, None):
        raise NotAllowed(_("Too many tries. Please wait a moment."), code="throttled")
    return member_invite(
        party=visit.party,
        email=values["email"],
        name=values["name"],
        sees=values["sees"],
        language=values.get("language") or "",
        by=visit.member.user,
        request=request,
    )


@portal_page
@require_POST
def person_end(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """End a colleague's access."""
    try:
        run_in_unit_of_work(lambda: colleague_end(visit, pk))
        messages.success(request, _("The access has ended."))
    except BahiError as error:
        messages.error(request, str(error.errors[0].detail))
    return redirect("portal_people")


def colleague_end(visit: Visit, pk: int) -> PortalMember:
    """End the access of somebody of one's own firm. Raises NotAllowed, Refused; Http404 for a stranger."""
    row = PortalMember.objects.filter(pk=pk, party_id=visit.member.party_id).first()
    if row is None:
        raise Http404("nobody of this firm")
    if not visit.may_invite:
        raise NotAllowed(_("You may not do this."))
    return member_end(row, by=visit.member.user)


@portal_page
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Name, language, time zone, look, and of what one is told by mail."""
    user: Any = request.user
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            saved = run_in_unit_of_work(lambda: _save(user, form.cleaned_data, request.POST))
            response = redirect("portal_profile")
            preferences_keep(response, saved)
            with override(saved.language):
                messages.success(request, _("Saved."))
            return response
        except BahiError as error:
            form.refuse(error)
    choices = choices_of(user, notification_events(portal=True))
    context = {"visit": visit, "active": "profile", "form": form, "choices": choices}
    return render(request, "customer_portal/profile.html", context)


def _save(user: Any, values: dict[str, Any], posted: Any) -> User:
    saved = profile_save(user=user, values=values)
    chosen = {e.name: (e.in_app, f"mail:{e.name}" in posted) for e in notification_events(portal=True)}
    choices_set(by=user, choices=chosen)
    return saved
