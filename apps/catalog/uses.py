"""What goes with a master of the catalogue and is no use of it (``core.uses``)."""

from apps.catalog.models import PriceListItem, ProductSubstitute, UnitConversion
from apps.core.uses import register_part

register_part(PriceListItem, "product")
register_part(ProductSubstitute, "substitute")
register_part(UnitConversion, "from_unit", "to_unit")
