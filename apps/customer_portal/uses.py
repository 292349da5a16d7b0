"""What needs a party for the customer portal, besides what its keys tell (``core.uses``)."""

from django.db.models import Q

from apps.core.uses import Use, register_part, register_use
from apps.customer_portal.choices import MemberState
from apps.customer_portal.models import PortalFirm, PortalMember
from apps.parties.models import Party

register_part(PortalFirm, "party")
register_use(Party, Use(PortalMember, "party", where=~Q(state=MemberState.ENDED)))
