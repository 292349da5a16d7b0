from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class SalesConfig(BahiAppConfig):
    """Quotations, orders, deliveries."""

    name = "apps.sales"
    label = "sales"
    default = True
    declares = Module(key="sales", title=_("Sales"), icon="storefront", switchable=True, order=10)
