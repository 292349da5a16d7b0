"""Access of the pages that say it by no view class of their own."""

from apps.core.surfaces import ANYONE, codes, declare

declare(
    dict.fromkeys(
        (
            "portal_join",
            "portal_join_sent",
            "portal_join_confirm",
            "portal_api_join",
            "portal_api_join_confirm",
        ),
        ANYONE,
    )
    | {
        "portal_invite": codes("customer_portal.view_portalmember"),
        "portal_invite:post": codes(
            "customer_portal.view_portalmember",
            any_of=(
                "customer_portal.invite_member",
                "customer_portal.end_member",
                "accounts.reset_second_factor",
            ),
        ),
        "portal_request": codes("customer_portal.decide_request"),
        "customer_portal_invitations": codes("customer_portal.invite_member"),
    }
)
