"""Personal data of people of customers and vendors, and of those who asked to be let in."""

from apps.core.personal import BLANK, NAME, SWEPT, Holding, register_holding

register_holding(
    Holding("customer_portal.portalmember", "accounts.user", "user_id", {}, ("sees", "state")),
    Holding(
        "customer_portal.portalrequest", "parties.party", "party_id",
        {
            "email": BLANK, "name": NAME, "firm": NAME, "message": BLANK, "address": BLANK, "reason": BLANK,
            "decided_by": SWEPT,
        },
        ("language", "state", "token_hash"), removed=True,
    ),
)  # fmt: skip
