"""On the page of a party: who bills it and the way to release it, and who may be the same firm."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.access import may
from apps.core.admin.panels import Act, Content, Item, Panel, register_panel
from apps.core.admin.urls import admin_url
from apps.parties.duplicates import possible_duplicates
from apps.parties.models import Party


def billed_by(request: HttpRequest, party: Party) -> Content | None:
    if party.billing_company_id is None:
        return None
    acts = []
    if may(request.user, "company.release_lock"):
        acts = [Act(_("Release"), reverse("admin:parties_party_release", args=[party.pk]), _("Reason"))]
    return Content([Item(_("Only this company bills the party"), party.billing_company)], acts)


register_panel(Party, Panel("billed_by", gettext_lazy("Billed by"), billed_by, "", 70, "parties"))


def look_alikes(request: HttpRequest, party: Party) -> Content | None:
    found = possible_duplicates(party, user=request.user)
    rows = [
        Item(item.party, f"{item.score} % · {item.said}", admin_url(item.party), "warning") for item in found
    ]
    return Content(rows) if rows else None


register_panel(
    Party, Panel("look_alikes", gettext_lazy("Possible duplicates"), look_alikes, "", 75, "parties")
)
