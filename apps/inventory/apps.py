from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class InventoryConfig(BahiAppConfig):
    """Places, the one stock ledger, inwards, deliveries' stock, valuation."""

    name = "apps.inventory"
    label = "inventory"
    default = True
    declares = Module(
        key="inventory",
        title=_("Inventory"),
        icon="warehouse",
        switchable=True,
        order=50,
        depends=("catalog", "accounting"),
    )

    def ready(self) -> None:
        import apps.inventory.dataio  # noqa: F401 - registers the import of opening stock
        from apps.catalog.models import Product
        from apps.company.services.series import register_series
        from apps.core.contribute import Contribution, contribute
        from apps.inventory.selectors import products_average_cost, products_on_hand

        register_series("inventory.inward", "GRN/{FY}/{####}")
        fields = {
            "on_hand": Contribution(
                kind="quantity",
                resolve=products_on_hand,
                label=_("on hand"),
                permission="inventory.view_stockrow",
            ),
            "average_cost": Contribution(
                kind="rate",
                resolve=products_average_cost,
                label=_("average cost"),
                permission="catalog.see_cost",
            ),
        }
        contribute(Product, fields, app="inventory")
