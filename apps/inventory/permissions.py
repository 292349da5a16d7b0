"""Business permissions of inventory, and what the ready roles may do."""

from django.utils.translation import gettext_lazy as _

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles, register_stand_in
from apps.core.separation import SeparationRule, register_separation

register_permissions(
    "inventory",
    {
        "post_inward": "Post inwards",
        "cancel_inward": "Cancel posted inwards",
        "view_valuation": "See the stock valuation",
    },
)

_SEE = tuple(
    f"inventory.view_{name}"
    for name in ("place", "batch", "serial", "stockmove", "stockrevaluation", "stockrow", "reservation")
)
_INWARD = (
    "inventory.view_inward",
    "inventory.add_inward",
    "inventory.change_inward",
    "inventory.post_inward",
)

register_roles(
    [
        Role("accounts", "Accounts", ("inventory.*",)),
        Role("auditor", "Auditor (read only)", (*_SEE, "inventory.view_inward", "inventory.view_valuation")),
        Role(
            "sales_user",
            "Sales user",
            ("inventory.view_place", "inventory.view_batch", "inventory.view_stockrow"),
        ),
        Role("sales_manager", "Sales manager", _SEE),
        Role("purchase", "Purchase", (*_SEE, *_INWARD)),
        Role("stores", "Stores", ("inventory.*",)),
        Role("production", "Production", _SEE),
        Role("cashier", "Cashier", ("inventory.view_stockrow",)),
    ]
)

register_separation(
    SeparationRule(
        "inventory.inward_maker", _("who enters goods received doesn't post them"),
        ("inventory.post_inward",), usual="off",
    ),
)  # fmt: skip
register_stand_in(
    "inventory", models=("inward", "place", "batch", "serial"), codes=("post_inward", "cancel_inward")
)
