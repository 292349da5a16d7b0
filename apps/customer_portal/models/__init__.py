from apps.customer_portal.models.member import PortalFirm, PortalMember, PortalShare
from apps.customer_portal.models.request import PortalRequest

__all__ = ["PortalFirm", "PortalMember", "PortalRequest", "PortalShare"]
