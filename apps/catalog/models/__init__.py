from apps.catalog.models.parts import KitComponent, ProductPicture, ProductSubstitute, ProductVendor
from apps.catalog.models.price import PartyPriceList, PriceList, PriceListItem, PricePoint
from apps.catalog.models.product import Brand, Category, Product, ProductBarcode
from apps.catalog.models.tax import TaxCategory, TaxRate
from apps.catalog.models.unit import Unit, UnitConversion
from apps.catalog.models.variant import Attribute, AttributeValue, VariantValue

__all__ = [
    "Attribute",
    "AttributeValue",
    "Brand",
    "Category",
    "KitComponent",
    "PartyPriceList",
    "PriceList",
    "PriceListItem",
    "PricePoint",
    "Product",
    "ProductBarcode",
    "ProductPicture",
    "ProductSubstitute",
    "ProductVendor",
    "TaxCategory",
    "TaxRate",
    "Unit",
    "UnitConversion",
    "VariantValue",
]
