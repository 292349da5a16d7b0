from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class CatalogConfig(BahiAppConfig):
    """Products, units, tax categories, price lists."""

    name = "apps.catalog"
    label = "catalog"
    default = True
    declares = Module(
        key="catalog",
        title=_("Catalogue"),
        icon="category",
        switchable=True,
        order=30,
        depends=("parties",),
    )

    def ready(self) -> None:
        from apps.catalog.models import PriceList, Product
        from apps.catalog.selectors import party_price_lists, products_last_cost
        from apps.catalog.services.pictures import product_picture_guard
        from apps.catalog.services.products import party_price_list_set
        from apps.core.contribute import Contribution, contribute
        from apps.files.access import register_file_guard
        from apps.parties.models import Party

        register_file_guard(product_picture_guard)

        field = Contribution(
            kind="key",
            resolve=party_price_lists,
            label=_("price list"),
            write=party_price_list_set,
            model=PriceList,
        )
        contribute(Party, {"price_list": field}, app="catalog")
        paid = Contribution(
            kind="rate", resolve=products_last_cost, label=_("last cost"), permission="catalog.see_cost"
        )
        contribute(Product, {"last_cost": paid}, app="catalog")
