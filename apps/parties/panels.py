"""Who bills a party, on its page, and the way to release it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.access import may
from apps.core.admin.panels import Act, Content, Item, Panel, register_panel
from apps.parties.models import Party


def billed_by(request: HttpRequest, party: Party) -> Content | None:
    if party.billing_company_id is None:
        return None
    acts = []
    if may(request.user, "company.release_lock"):
        acts = [Act(_("Release"), reverse("admin:parties_party_release", args=[party.pk]), _("Reason"))]
    return Content([Item(_("Only this company bills the party"), party.billing_company)], acts)


register_panel(Party, Panel("billed_by", gettext_lazy("Billed by"), billed_by, "", 70, "parties"))
