"""The pictures of a product: kept by ``files``, seen by whoever sees the product.

The product names its main one (``picture_file_id``), which is always among the rows.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from apps.catalog.models import Product, ProductPicture
from apps.core.errors import BahiError, InvalidInput
from apps.files.access import picture_fit
from apps.files.models import StoredFile
from apps.files.selectors import file_url
from apps.files.services.storage import file_keep, file_read, file_release

MOST = 20
MOST_POINTS = 25_000_000
SMALL = 160
"""The longer side of a thumbnail: sharp at half the size on a phone's screen."""


def picture_check(pk: int | None, by: Any) -> None:
    """The main picture must be one that ``by`` may read. Raises InvalidInput naming ``picture``."""
    if pk is not None:
        picture_fit(StoredFile.objects.filter(pk=pk).first(), by, "picture")


def pictures_check(product: Product, rows: Iterable[dict[str, Any]], by: Any) -> None:
    """Files that the product doesn't have yet must be pictures that ``by`` may read; a row with another file
    gets another thumbnail. Rows may leave out what stays. Raises InvalidInput naming the row.
    """
    held = dict(product.pictures.values_list("pk", "file_id")) if product.pk else {}
    known = set(held.values())
    for index, row in enumerate(rows):
        file = row.get("file")
        if file is None:
            continue
        if file.pk not in known:
            picture_fit(file, by, f"pictures.{index}.file")
        if held.get(row.get("id"), file.pk) != file.pk:
            row["thumbnail"] = None


def pictures_files(product: Product) -> set[int]:
    """The files that the rows of a product hold, thumbnails with them."""
    rows = product.pictures.values_list("file_id", "thumbnail_id") if product.pk else ()
    return {pk for row in rows for pk in row if pk is not None}


def pictures_release(product: Product, before: Iterable[int]) -> None:
    """Of the files that a product held ``before``, those that no record holds any more take no room."""
    for pk in sorted(set(before) - pictures_files(product)):
        file_release(pk)


def product_picture_guard(file: StoredFile, user: Any) -> bool:
    """Whether a product that the user may see shows this picture."""
    rows = ProductPicture.objects.filter(Q(file=file) | Q(thumbnail=file))
    return Product.objects.for_user(user).filter(pk__in=rows.values("product")).exists()


def picture_follow(product: Product, gone: int) -> None:
    """The main picture was taken away: its row goes, and the next one takes its place."""
    before = pictures_files(product)
    product.pictures.filter(file=gone).delete()
    pictures_release(product, before)
    product.picture_file_id = product.pictures.values_list("file_id", flat=True).first()


def pictures_sync(products: Sequence[Product]) -> None:
    """Give each product a row for the main picture that it names, before the others."""
    if not products:
        return
    kept = ProductPicture.objects.filter(product__in=products)
    known = set(kept.values_list("product_id", "file_id"))
    new = [row for row in products if (row.pk, row.picture_file_id) not in known]
    found = StoredFile.objects.in_bulk({row.picture_file_id for row in new})
    ProductPicture.objects.bulk_create(
        ProductPicture(product=row, file=file, thumbnail=thumbnail_make(file))
        for row in new
        if (file := found.get(row.picture_file_id)) is not None
    )


def pictures_settle(product: Product, main: int | None = None, before: Iterable[int] = ()) -> None:
    """After rows were changed: places without holes, thumbnails, and a main picture that is one of them.

    ``main``: the file that is to be the main one; ``before``: the files that were held (``pictures_files``).
    Raises InvalidInput for more than twenty.
    """
    rows = list(product.pictures.select_related("file"))
    if len(rows) > MOST:
        raise InvalidInput(_("At most %(n)d pictures.") % {"n": MOST}, field="pictures", code="max_length")
    for place, row in enumerate(rows, 1):
        missing = row.thumbnail_id is None
        if missing:
            row.thumbnail = thumbnail_make(row.file)
        if row.position != place or missing:
            row.position = place
            row.save(update_fields=["position", "thumbnail"])
    files = [row.file_id for row in rows]
    wanted = main or product.picture_file_id
    wanted = wanted if wanted in files else next(iter(files), None)
    if wanted != product.picture_file_id:
        product.picture_file_id = wanted
        product.save()
    pictures_release(product, before)


def thumbnail_make(file: StoredFile) -> StoredFile | None:
    """A small copy of a picture, for lists; None when it can't be drawn or is too large to be worth it."""
    try:
        drawn = _small(file_read(file))
    except (BahiError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    if drawn is None:
        return None
    content, extension = drawn
    return file_keep(content, name=f"{file.name.rpartition('.')[0] or file.name}-small.{extension}")


def _small(content: bytes) -> tuple[bytes, str] | None:
    """(content, extension): PNG where something shows through, else JPEG."""
    written = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        if picture.width * picture.height > MOST_POINTS:
            return None
        clear = "A" in picture.mode or "transparency" in picture.info
        form = "RGBA" if clear else "RGB"
        picture.draft("RGB", (SMALL * 2, SMALL * 2))  # a JPEG is read small from the start
        small = ImageOps.exif_transpose(picture.convert(form))
        small.thumbnail((SMALL, SMALL))
        small.save(written, "PNG" if clear else "JPEG")
    return written.getvalue(), "png" if clear else "jpg"


def thumbnails_of(products: Sequence[Product]) -> dict[int, str]:
    """{product: address of the thumbnail of its main picture}, one query."""
    mains = {row.picture_file_id for row in products} - {None}
    if not mains:
        return {}
    rows = ProductPicture.objects.filter(product__in=products, file__in=mains)
    main = {row.pk: row.picture_file_id for row in products}
    return {
        row.product_id: file_url(row.thumbnail or row.file)
        for row in rows.select_related("file", "thumbnail")
        if main[row.product_id] == row.file_id
    }
