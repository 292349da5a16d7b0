"""What needs a master for stock, besides what its keys tell (``core.uses``)."""

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Product
from apps.core.uses import Use, register_part, register_use
from apps.inventory.models import Batch, Place, Serial, StockRow

_IN_STOCK = Q(quantity__gt=0) | Q(reserved__gt=0)
_LIKE_IT = Place.objects.filter(
    company=OuterRef("company"), place_kind=OuterRef("place_kind"), deleted_at=None
).exclude(pk=OuterRef("pk"))

register_part(Place, "company")
register_part(Batch, "product")
register_part(Serial, "product", "batch")
register_use(Place, Use(StockRow, "place", _("products in stock"), where=_IN_STOCK, count="product"))
register_use(
    Place,
    Use(Place, "pk", _("the company's last place of this kind"), where=Q(~Exists(_LIKE_IT), deleted_at=None)),
)
register_use(Product, Use(StockRow, "product", _("places with stock"), where=_IN_STOCK, count="place"))
register_use(Batch, Use(StockRow, "batch", _("places with stock"), where=_IN_STOCK, count="place"))
register_use(Serial, Use(Serial, "pk", _("places where it is"), where=Q(place__isnull=False), count="place"))
