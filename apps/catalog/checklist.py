"""What a new organisation still lacks here."""

from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Product
from apps.portal.checklist import register_checklist_item

register_checklist_item(
    "first_product",
    _("First product or service"),
    "admin:catalog_product_add",
    lambda: Product.objects.filter(deleted_at=None).exists(),
    permission="catalog.add_product",
    order=40,
)
