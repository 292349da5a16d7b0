"""The picture of a product: kept by ``files``, seen by whoever sees the product."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.models import Product
from apps.core.errors import InvalidInput
from apps.files.access import file_readable
from apps.files.models import StoredFile


def picture_check(pk: int | None, by: Any) -> None:
    """The named file must be a picture that ``by`` may read. Raises InvalidInput naming ``picture``."""
    if pk is None:
        return
    file = StoredFile.objects.filter(pk=pk).first()
    if file is None or (by is not None and not file_readable(file, by)):
        raise InvalidInput(_("There is no such file."), field="picture", code="not_found")
    if not file.content_type.startswith("image/") or "svg" in file.content_type:
        raise InvalidInput(_("Please choose a PNG or JPEG picture."), field="picture", code="unfit_file")


def product_picture_guard(file: StoredFile, user: Any) -> bool:
    """Whether a product that the user may see shows this picture."""
    return Product.objects.for_user(user).filter(picture_file_id=file.pk).exists()
