"""What a new organisation still lacks here."""

from django.utils.translation import gettext_lazy as _

from apps.parties.models import Party
from apps.portal.checklist import register_checklist_item

register_checklist_item(
    "first_party",
    _("First customer or vendor"),
    "admin:parties_party_add",
    lambda: Party.objects.filter(deleted_at=None).exists(),
    permission="parties.add_party",
    order=30,
)
