from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class SalesConfig(BahiAppConfig):
    """Quotations, orders, deliveries, returns."""

    name = "apps.sales"
    label = "sales"
    default = True
    declares = Module(
        key="sales",
        title=_("Sales"),
        icon="storefront",
        switchable=True,
        order=10,
        depends=("parties", "catalog", "accounting", "inventory"),
    )

    def ready(self) -> None:
        from apps.company.services.series import register_series

        register_series("sales.quotation", "QT/{FY}/{####}")
        register_series("sales.order", "SO/{FY}/{####}")
        register_series("sales.delivery", "DC/{FY}/{####}", gst=True)
        register_series("sales.deliveryreturn", "RT/{FY}/{####}")

        import apps.sales.dataio  # noqa: F401 - registers what can be imported
