from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class CatalogConfig(BahiAppConfig):
    """Products, units, tax categories, price lists."""

    name = "apps.catalog"
    label = "catalog"
    default = True
    declares = Module(key="catalog", title=_("Catalogue"), icon="category", switchable=True, order=30)
