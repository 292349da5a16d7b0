"""Pages of the back office: the portal's people of one party, and a registration that waits."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apps.accounts.forms import RefusalForm
from apps.accounts.models import SecondFactor
from apps.accounts.services.sessions import lately_confirmed
from apps.core.access import may
from apps.core.admin.bases import register_record_link
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError, InvalidInput, NotAllowed
from apps.core.keys import key_read
from apps.core.scope import record_open_or_refuse
from apps.core.uow import run_in_unit_of_work
from apps.customer_portal.choices import RequestState, Sees
from apps.customer_portal.forms import InviteForm
from apps.customer_portal.models import PortalMember, PortalRequest
from apps.customer_portal.services.members import (
    member_end,
    member_factors_reset,
    member_invite,
    member_invite_again,
    member_sees,
)
from apps.customer_portal.services.requests import MAY_DECIDE, request_approve, request_refuse
from apps.parties.models import Party

SEE = "customer_portal.view_portalmember"
MAY_INVITE, MAY_END = "customer_portal.invite_member", "customer_portal.end_member"
MAY_RESET = "accounts.reset_second_factor"
_ASKED = {"end": MAY_END, "factor": MAY_RESET}


def _links(request: HttpRequest, party: Any) -> list[tuple[str, str]]:
    """On the page of a party: its people of the portal."""
    if not (may(request.user, SEE) and (party.is_customer or party.is_vendor)):
        return []
    return [(_("People of the portal"), reverse("portal_invite", args=[party.pk]))]


register_record_link(Party, _links)


@require_http_methods(["GET", "HEAD", "POST"])
def _invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Who of a party comes in; ``what``: invite, again, sees, factor or end."""
    if not may(request.user, SEE):
        raise PermissionDenied
    party: Any = Party.objects.for_user(request.user).filter(pk=pk, deleted_at=None).first()
    if party is None:
        raise Http404("no such party")
    what = request.POST.get("what", "")
    here = reverse("portal_invite", args=[pk])
    if what == "factor" and may(request.user, MAY_RESET) and not lately_confirmed(request):
        return HttpResponseRedirect(f"{reverse('confirm')}?{urlencode({'next': here})}")
    form = InviteForm(request.POST if what == "invite" else None, initial=_first_contact(party))
    if request.method == "POST" and _did(request, party, what, form):
        return HttpResponseRedirect(here)
    context = {
        **admin_site.each_context(request),
        "title": _("People of the portal: %(name)s") % {"name": party},
        "party": party,
        "form": _styled(form),
        "rows": _rows(party),
        "sees": Sees.choices,
        "may_invite": may(request.user, MAY_INVITE),
        "may_end": may(request.user, MAY_END),
        "may_reset": may(request.user, MAY_RESET),
    }
    return TemplateResponse(request, "customer_portal/office_party.html", context)


def _rows(party: Any) -> Any:
    """The people of a party, each with ``has_factor``: whether a second factor is asked of him."""
    factors = SecondFactor.objects.filter(user=OuterRef("user"), confirmed_at__isnull=False)
    rows = PortalMember.objects.filter(party=party).select_related("user", "invited_by")
    return rows.annotate(has_factor=Exists(factors))


def _first_contact(party: Any) -> dict[str, str]:
    """The main contact, if nobody of the portal has his address yet."""
    known = set(PortalMember.objects.filter(party=party).values_list("user__email", flat=True))
    rows = [row for row in party.contacts.order_by("-is_primary", "pk") if row.email.lower() not in known]
    found = next((row for row in rows if row.email), None)
    return {"name": found.name, "email": found.email} if found else {}


def _styled(form: Any) -> Any:
    for field in form.fields.values():
        field.widget.attrs.setdefault("class", "bahi-input")
    return form


def _did(request: HttpRequest, party: Any, what: str, form: Any) -> bool:
    """Whether the page is done with and loaded anew; a refusal of the form stays beside its fields."""
    if what == "invite" and not form.is_valid():
        return False
    try:
        messages.success(request, run_in_unit_of_work(lambda: _act(request, party, what, form)))
    except BahiError as error:
        if what == "invite":
            form.refuse(error)
            return False
        messages.error(request, str(error.errors[0].detail))
    return True


def _act(request: HttpRequest, party: Any, what: str, form: Any) -> str:
    by: Any = request.user
    if not may(by, _ASKED.get(what, MAY_INVITE)):
        raise NotAllowed(_("You may not do this."))
    record_open_or_refuse(party, by)  # the people of a party are kept by whoever may change it
    if what == "invite":
        member_invite(party=party, **form.cleaned_data, by=by, request=request)
        return _("An invitation was mailed to %(mail)s.") % {"mail": form.cleaned_data["email"]}
    member = PortalMember.objects.filter(party=party, pk=key_read(request.POST.get("member"))).first()
    if member is None:
        raise InvalidInput(_("There is no such person."), field="member")
    if what == "again":
        member_invite_again(member, by=by, request=request)
        return _("An invitation was mailed to %(mail)s.") % {"mail": member.user.email}
    if what == "factor":
        member_factors_reset(member, by=by, request=request)
        return _("Removed. The person was signed out and told by mail.")
    if what == "sees":
        member_sees(member, sees=request.POST.get("sees", ""), by=by)
        return _("Saved.")
    if what == "end":
        member_end(member, by=by)
        return _("The access has ended.")
    raise InvalidInput(_("Unknown action."), field="what")


class ApproveForm(RefusalForm):
    party = forms.IntegerField(
        label=gettext_lazy("Party"),
        min_value=1,
        max_value=2**62,
        widget=forms.TextInput(
            attrs={
                "class": "bahi-input",
                "placeholder": " ",
                "data-label": gettext_lazy("Party"),
                "data-lookup": json.dumps(
                    {
                        "url": "/api/v1/parties/parties/",
                        "label": "display_name",
                        "sub": ["legal_name", "gstin"],
                    }
                ),
            }
        ),
    )
    sees = forms.ChoiceField(label=gettext_lazy("Sees"), choices=Sees.choices)


class RefuseForm(RefusalForm):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


@require_http_methods(["GET", "HEAD", "POST"])
def _decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve a registration (choosing its party where none was found), or refuse it with a reason."""
    if not may(request.user, MAY_DECIDE):
        raise PermissionDenied
    row: Any = (
        PortalRequest.objects.select_related("party")
        .filter(pk=pk)
        .exclude(state=RequestState.UNVERIFIED)
        .first()
    )
    if row is None:
        raise Http404("no such registration")
    what = request.POST.get("what", "")
    approve = ApproveForm(request.POST if what == "approve" else None, initial={"party": row.party_id})
    refuse = RefuseForm(request.POST if what == "refuse" else None)
    form = {"approve": approve, "refuse": refuse}.get(what)
    if form is not None and form.is_valid():
        try:
            run_in_unit_of_work(lambda: _decided(request, row, what, form.cleaned_data))
            messages.success(request, _("The person was told by mail."))
            return HttpResponseRedirect(reverse("portal_request", args=[pk]))
        except BahiError as error:
            form.refuse(error)
    context = {
        **admin_site.each_context(request),
        "title": _("Registration of %(name)s") % {"name": row.name},
        "row": row,
        "waiting": row.state == RequestState.WAITING,
        "approve": _styled(approve),
        "refuse": _styled(refuse),
    }
    return TemplateResponse(request, "customer_portal/office_request.html", context)


def _decided(request: HttpRequest, row: PortalRequest, what: str, values: dict[str, Any]) -> None:
    by: Any = request.user
    if what == "refuse":
        request_refuse(row, reason=values["reason"], by=by)
        return
    party: Any = Party.objects.for_user(by).filter(pk=values["party"], deleted_at=None).first()
    if party is None:
        raise InvalidInput(_("Choose a party from the list."), field="party")
    request_approve(row, party=party, sees=values["sees"], by=by, request=request)


def _page(view: Any) -> Any:
    page = admin_site.admin_view(view)
    page.bahi_app = "customer_portal"
    return page


invite, decide = _page(_invite), _page(_decide)
