from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class InventoryConfig(BahiAppConfig):
    """Places, the one stock ledger, inwards, deliveries' stock, valuation."""

    name = "apps.inventory"
    label = "inventory"
    default = True
    declares = Module(key="inventory", title=_("Inventory"), icon="warehouse", switchable=True, order=50)
