"""Business permissions of the customer portal. What its people may see the apps of the records give."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles

register_permissions(
    "customer_portal",
    {
        "change_settings": "Change settings of the customer portal",
        "invite_member": "Invite people of customers and vendors, and share documents with them",
        "end_member": "End the access of people of customers and vendors",
        "decide_request": "Approve and refuse registrations",
    },
)
_SEE = ("customer_portal.view_portalmember", "customer_portal.view_portalfirm")
_KEEP = ("customer_portal.invite_member", "customer_portal.end_member")
register_roles(
    [
        Role("sales_user", "Sales", (*_SEE, "customer_portal.invite_member"), {"customer_portal.*": "own"}),
        Role(
            "sales_manager",
            "Sales manager",
            (*_SEE, *_KEEP, "customer_portal.view_portalrequest", "customer_portal.decide_request",
             "customer_portal.add_portalfirm", "customer_portal.change_portalfirm"),
            {"customer_portal.*": "department"},
        ),
        Role("auditor", "Auditor (read only)", (*_SEE, "customer_portal.view_portalrequest")),
    ]
)  # fmt: skip
