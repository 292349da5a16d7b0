"""Making the variants of a product: one for each combination of the chosen values."""

from __future__ import annotations

from itertools import product as combinations
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.choices import ProductKind
from apps.catalog.models import AttributeValue, Product, VariantValue
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.locks import lock_row

LIMIT = 200
LIKE_FAMILY = (
    "product_kind", "description", "hsn", "unit_id", "purchase_unit_id", "sale_unit_id", "tax_category_id",
    "category_id", "brand_id", "sale_price", "purchase_price", "is_sold", "is_purchased", "tracking",
    "valuation_method", "standard_cost", "min_stock", "max_stock", "reorder_point", "reorder_quantity",
    "lead_time_days", "shelf_life_days", "storage_min", "storage_max", "hazardous",
)  # fmt: skip

Choice = tuple[AttributeValue, ...]


def variants_make(family: Product, rows: Any, *, by: Any) -> list[Product]:
    """The variants that are missing; those that exist stay. Code and name are the family's with the values.

    ``rows``: [{"attribute": id, "values": [ids]}], at most 200 combinations. Raises InvalidInput
    (``attributes.0.values``), Refused for a variant or a kit.
    """
    family = lock_row(Product, family.pk)
    if family.variant_of_id is not None:
        raise Refused(_("This product is a variant itself."), code="invalid_transition")
    if family.product_kind == ProductKind.KIT:
        raise Refused(_("A kit has no variants."), code="invalid_transition")
    chosen = list(combinations(*_values(rows)))
    if len(chosen) > LIMIT:
        raise InvalidInput(_("At most 200 variants at once."), field="attributes", code="max_value")
    known = set(family.variants.values_list("variant_key", flat=True))
    return [_variant(family, choice) for choice in chosen if key_of(choice) not in known]


def key_of(choice: Choice) -> str:
    """What tells the variants of a family apart, whatever the order of the attributes."""
    return "-".join(str(pk) for pk in sorted(value.pk for value in choice))


def _values(rows: Any) -> list[list[AttributeValue]]:
    """The chosen values by attribute, in the order given."""
    errors = ErrorList()
    if not isinstance(rows, list) or not rows or len(rows) > 5:
        raise InvalidInput(_("Send 1 to 5 attributes with their values."), field="attributes")
    found, seen = [], set()
    for index, row in enumerate(rows):
        attribute, ids = (row.get("attribute"), row.get("values")) if isinstance(row, dict) else (None, None)
        known = list(AttributeValue.objects.filter(attribute=attribute)) if type(attribute) is int else []
        by_id = {value.pk: value for value in known}
        if not known or attribute in seen:
            errors.add(f"attributes.{index}.attribute", _("There is no such attribute."), "not_found")
        elif (
            not isinstance(ids, list) or not ids or any(type(pk) is not int or pk not in by_id for pk in ids)
        ):
            errors.add(f"attributes.{index}.values", _("Choose values of this attribute."), "not_found")
        else:
            found.append([by_id[pk] for pk in dict.fromkeys(ids)])
        seen.add(attribute)
    errors.raise_if_any()
    return found


def _variant(family: Product, choice: Choice) -> Product:
    code = "-".join([family.code, *(value.code for value in choice)])
    row = Product(
        code=code,
        name=f"{family.name}, {', '.join(value.name for value in choice)}"[:200],
        variant_of=family,
        variant_key=key_of(choice),
    )
    for name in LIKE_FAMILY:
        setattr(row, name, getattr(family, name))
    if len(code) > 60 or Product.objects.filter(code=code).exists():
        detail = _("The code %(code)s is taken or too long.") % {"code": code[:80]}
        raise InvalidInput(detail, field="attributes", code="duplicate")
    row.save()
    VariantValue.objects.bulk_create(
        [VariantValue(product=row, attribute_id=value.attribute_id, value=value) for value in choice]
    )
    return row
