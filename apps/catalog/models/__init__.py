from apps.catalog.models.parts import KitComponent, ProductSubstitute, ProductVendor
from apps.catalog.models.price import PartyPriceList, PriceList, PriceListItem, PricePoint
from apps.catalog.models.product import Brand, Category, Product, ProductBarcode
from apps.catalog.models.tax import TaxCategory, TaxRate
from apps.catalog.models.unit import Unit, UnitConversion

__all__ = [
    "Brand",
    "Category",
    "KitComponent",
    "PartyPriceList",
    "PriceList",
    "PriceListItem",
    "PricePoint",
    "Product",
    "ProductBarcode",
    "ProductSubstitute",
    "ProductVendor",
    "TaxCategory",
    "TaxRate",
    "Unit",
    "UnitConversion",
]
