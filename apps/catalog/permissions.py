"""Business permissions of the catalogue, and what the ready roles may do."""

from apps.core.modules import Role
from apps.core.permissions import register_permissions, register_roles, register_stand_in

register_permissions(
    "catalog",
    {
        "see_cost": "See purchase prices, costs and margins",
        "set_sale_price": "Set sale prices of products",
    },
)

_SEE = tuple(
    f"catalog.view_{name}"
    for name in (
        "product", "unit", "unitconversion", "taxcategory", "category", "brand", "pricelist", "pricepoint",
    )
)  # fmt: skip
_EDIT = ("catalog.add_product", "catalog.change_product", "catalog.export_product")

register_roles(
    [
        Role("accounts", "Accounts", ("catalog.*",)),
        Role("auditor", "Auditor (read only)", (*_SEE, "catalog.see_cost")),
        Role("sales_user", "Sales user", (*_SEE, "catalog.add_product")),
        Role("sales_manager", "Sales manager", ("catalog.*",)),
        Role("purchase", "Purchase", (*_SEE, *_EDIT, "catalog.see_cost")),
        Role("stores", "Stores", (*_SEE, *_EDIT)),
        Role("production", "Production", _SEE),
        Role("support_agent", "Support agent", ("catalog.view_product",)),
        Role("support_manager", "Support manager", ("catalog.view_product",)),
        Role("cashier", "Cashier", ("catalog.view_product", "catalog.view_pricelist")),
    ]
)
register_stand_in(
    "catalog",
    models=(
        "product", "category", "brand", "unit", "unitconversion", "attribute", "taxcategory", "taxrate",
        "pricelist", "pricelistitem", "partypricelist", "pricepoint",
    ),
    codes=("set_sale_price",),
)  # fmt: skip
