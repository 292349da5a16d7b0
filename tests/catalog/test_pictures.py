"""Several pictures of a product: their order, the main one, who sees them, and the small ones of lists."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from apps.catalog.models import Product, ProductPicture
from apps.files.models import StoredFile
from apps.files.services.storage import file_read, file_store
from tests.factories.accounts import make_user
from tests.factories.catalog import make_product
from tests.factories.company import make_company
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


def drawn(colour: str, width: int = 400, height: int = 300, mode: str = "RGB") -> bytes:
    written = io.BytesIO()
    Image.new(mode, (width, height), colour).save(written, "PNG")
    return written.getvalue()


def uploaded(name: str, colour: str = "red", **size) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.png", drawn(colour, **size), content_type="image/png")


@pytest.fixture
def files(administrator):
    """Three pictures that the administrator brought in just now."""
    return [
        file_store(uploaded(colour, colour), by=administrator, purpose="picture")
        for colour in ("red", "green", "blue")
    ]


@pytest.fixture
def browser(administrator):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator)
    return client


def put(api, product, expect: int = 200, **values):
    product.refresh_from_db()
    answer = api.patch(f"catalog/products/{product.pk}/", {"version": product.version, **values}, expect)
    return answer["data"] if expect == 200 else answer["errors"][0]


def rows(*files, **captions):
    return [{"file": file.pk, "caption": captions.get(file.name[:-4], "")} for file in files]


def test_the_first_picture_is_the_main_one_until_another_is_named(api, files):
    red, green, blue = files
    lamp = make_product("LAMP")
    data = put(api, lamp, pictures=rows(red, green, red=" Front "))
    assert [row["file"] for row in data["pictures"]] == [red.pk, green.pk]
    assert data["pictures"][0]["caption"] == "Front"
    assert data["picture"] == red.pk
    assert put(api, lamp, picture=green.pk)["picture"] == green.pk
    data = put(api, lamp, picture=blue.pk)
    assert data["picture"] == blue.pk
    assert {row["file"] for row in data["pictures"]} == {red.pk, green.pk, blue.pk}


def test_what_is_taken_away_gives_its_place_to_the_next(api, files):
    red, green, _blue = files
    lamp = make_product("LAMP")
    data = put(api, lamp, pictures=rows(*files), picture=green.pk)
    assert data["picture"] == green.pk
    data = put(api, lamp, picture=None)
    assert data["picture"] == red.pk
    assert green.pk not in [row["file"] for row in data["pictures"]]
    data = put(api, lamp, pictures=[])
    assert (data["picture"], data["pictures"]) == (None, [])


def test_rows_keep_their_ids_when_the_order_changes(api, files):
    lamp = make_product("LAMP")
    first, second, third = put(api, lamp, pictures=rows(*files))["pictures"]
    turned = [
        {"id": row["id"], "file": row["file"], "caption": row["caption"]} for row in (third, first, second)
    ]
    data = put(api, lamp, pictures=turned)
    assert [row["id"] for row in data["pictures"]] == [third["id"], first["id"], second["id"]]
    assert [row.position for row in lamp.pictures.all()] == [1, 2, 3]


def test_only_pictures_that_the_person_may_see_and_each_once(api, api_as, user_with, files, administrator):
    red, *_rest = files
    lamp = make_product("LAMP")
    text = file_store(SimpleUploadedFile("a.txt", b"hello"), by=administrator)
    assert put(api, lamp, 400, pictures=rows(red, text))["field"] == "pictures.1.file"
    assert put(api, lamp, 400, pictures=rows(red, red))["code"] == "duplicate"
    assert put(api, lamp, 400, pictures=[{"file": 999_999}])["field"] == "pictures.0.file"
    other = api_as(user_with("catalog.view_product", "catalog.change_product"))
    assert put(other, lamp, 400, pictures=rows(red))["field"] == "pictures.0.file"
    assert not lamp.pictures.exists()
    put(api, lamp, pictures=rows(red))
    assert put(other, lamp, pictures=rows(red, red="Seen now"))["pictures"][0]["caption"] == "Seen now"


def test_more_than_twenty_are_refused(api, administrator):
    lamp = make_product("LAMP")
    small = [
        file_store(uploaded(f"p{n}", width=2, height=2), by=administrator, purpose="picture")
        for n in range(21)
    ]
    assert put(api, lamp, 400, pictures=rows(*small))["field"].startswith("pictures")
    put(api, lamp, pictures=rows(*small[:20]))
    assert put(api, lamp, 400, picture=small[20].pk)["field"] == "pictures"


def test_small_ones_are_small_and_seen_by_those_who_see_the_product(api, user_with, files):
    lamp = make_product("LAMP")
    row = put(api, lamp, pictures=rows(files[0]))["pictures"][0]
    small = StoredFile.objects.get(pk=row["thumbnail"])
    with Image.open(io.BytesIO(file_read(small))) as picture:
        assert picture.size == (160, 120)
        assert picture.format == "JPEG"
    assert ApiClient(user_with("catalog.view_product")).get(f"/media/{small.pk}/x") == file_read(small)
    ApiClient(user_with("parties.view_party")).get(f"/media/{small.pk}/x", 404)


def test_a_picture_with_a_clear_ground_stays_clear(administrator):
    clear = SimpleUploadedFile("c.png", drawn("#00000000", mode="RGBA"))
    lamp = make_product("LAMP")
    lamp.picture_file_id = file_store(clear, by=administrator, purpose="picture").pk
    lamp.save()
    with Image.open(io.BytesIO(file_read(lamp.pictures.get().thumbnail))) as picture:
        assert picture.convert("RGBA").getpixel((5, 5))[3] == 0


def test_a_caption_is_changed_alone_and_a_new_row_needs_its_file(api, files):
    lamp = make_product("LAMP")
    row = put(api, lamp, pictures=rows(files[0]))["pictures"][0]
    data = put(api, lamp, pictures=[{"id": row["id"], "caption": "Front"}])
    assert [(p["file"], p["caption"]) for p in data["pictures"]] == [(files[0].pk, "Front")]
    error = put(api, lamp, 400, pictures=[{"id": row["id"]}, {"caption": "Side"}])
    assert (error["field"], error["code"]) == ("pictures.1.file", "required")


@pytest.mark.parametrize(("rows", "key"), [("components", "component"), ("substitutes", "substitute")])
def test_a_row_of_any_kind_needs_its_key(api, rows, key):
    box = make_product("BOX", product_kind="kit")
    error = put(api, box, 400, **{rows: [{}]})
    assert (error["field"], error["code"]) == (f"{rows}.0.{key}", "required")


def test_a_row_with_another_file_shows_that_one_small(api, files):
    red, green, _blue = files
    lamp = make_product("LAMP")
    row = put(api, lamp, pictures=rows(red))["pictures"][0]
    now = put(api, lamp, pictures=[{"id": row["id"], "file": green.pk}])["pictures"][0]
    assert now["id"] == row["id"]
    with Image.open(io.BytesIO(file_read(StoredFile.objects.get(pk=now["thumbnail"])))) as picture:
        assert picture.convert("RGB").getpixel((5, 5))[1] > 100, "green, not the red one before"
    assert not StoredFile.objects.filter(pk__in=[red.pk, row["thumbnail"]]).exists()


def test_what_is_taken_away_takes_no_room_unless_something_else_shows_it(api, files):
    red, green, blue = files
    lamp, shade = make_product("LAMP"), make_product("SHADE", picture_file_id=files[1].pk)
    make_company(code="SHOW", logo_file_id=blue.pk)
    kept = [row["thumbnail"] for row in put(api, lamp, pictures=rows(red, green, blue))["pictures"]]
    put(api, lamp, picture=None)
    put(api, lamp, pictures=[])
    assert not StoredFile.objects.filter(pk__in=[red.pk, *kept]).exists()
    assert StoredFile.objects.filter(pk__in=[green.pk, blue.pk]).count() == 2
    assert shade.pictures.get().thumbnail_id


def test_the_list_says_which_there_are_even_with_the_main_one_taken_away(api, files):
    red, *_rest = files
    lamp = make_product("LAMP")
    row = put(api, lamp, pictures=rows(red))["pictures"][0]
    again = {"id": row["id"], "file": red.pk, "caption": "Front"}
    assert put(api, lamp, picture=None, pictures=[again])["picture"] == red.pk


# --- the back office ----------------------------------------------------------------------------------


def form_of(product: Product, *pictures: dict, known: int = 0) -> dict:
    """What the page of a product sends."""
    sent = {
        "code": product.code, "name": product.name, "product_kind": "goods", "hsn": product.hsn,
        "unit": product.unit_id, "tax_category": product.tax_category_id, "sale_price": "100",
        "purchase_price": "0", "standard_cost": "0", "valuation_method": "moving_average",
        "tracking": "none", "is_sold": "on", "is_purchased": "on", "active": "on",
        "pictures-TOTAL_FORMS": len(pictures), "pictures-INITIAL_FORMS": known,
    }  # fmt: skip
    for name in ("conversions", "components", "vendors", "substitutes"):
        sent |= {f"{name}-TOTAL_FORMS": 0, f"{name}-INITIAL_FORMS": 0}
    for index, row in enumerate(pictures):
        sent |= {f"pictures-{index}-{key}": value for key, value in row.items()}
    return sent


def address(product: Product) -> str:
    return reverse("admin:catalog_product_change", args=[product.pk])


def test_a_clerk_brings_two_pictures_and_later_changes_the_main_one(browser):
    lamp = make_product("LAMP")
    new = [
        {"upload": uploaded("side", "green"), "caption": "Side", "position": 2},
        {"upload": uploaded("front", "red"), "caption": "Front", "position": 1},
    ]
    assert browser.post(address(lamp), form_of(lamp, *new)).status_code == 302
    front, side = lamp.pictures.all()
    assert [front.caption, side.caption] == ["Front", "Side"]
    lamp.refresh_from_db()
    assert lamp.picture_file_id == front.file_id
    kept = [
        {"id": front.pk, "product": lamp.pk, "caption": "Front", "position": 1, "main": "on"},
        {"id": side.pk, "product": lamp.pk, "caption": "Side", "position": 2, "main": "on"},
    ]
    assert browser.post(address(lamp), form_of(lamp, *kept, known=2)).status_code == 302
    lamp.refresh_from_db()
    assert lamp.picture_file_id == side.file_id
    third = {"upload": uploaded("third", "blue"), "caption": "Third"}
    assert browser.post(address(lamp), form_of(lamp, *kept, third, known=2)).status_code == 302
    assert [row.caption for row in lamp.pictures.all()] == ["Front", "Side", "Third"]
    kept[1] |= {"DELETE": "on"}
    assert browser.post(address(lamp), form_of(lamp, *kept, known=2)).status_code == 302
    lamp.refresh_from_db()
    assert lamp.picture_file_id == front.file_id


def test_a_row_without_a_picture_and_a_file_that_is_none_are_refused(browser):
    lamp = make_product("LAMP")
    answer = browser.post(address(lamp), form_of(lamp, {"caption": "Nothing", "position": 1}))
    assert "Choose a picture." in answer.content.decode()
    wrong = {"upload": SimpleUploadedFile("a.png", b"no picture"), "caption": "", "position": 1}
    answer = browser.post(address(lamp), form_of(lamp, wrong))
    assert answer.status_code == 200
    assert "not a picture" in answer.content.decode()
    assert not ProductPicture.objects.exists()


def test_whoever_only_looks_changes_no_picture(files):
    lamp = make_product("LAMP", picture_file_id=files[0].pk)
    looker = Client(HTTP_HOST="acme.localhost")
    looker.force_login(make_user("catalog.view_product"))
    assert "bahi-product-thumb" in looker.get(address(lamp)).content.decode()
    new = {"upload": uploaded("new"), "caption": "", "position": 1}
    assert looker.post(address(lamp), form_of(lamp, new)).status_code == 403
    assert lamp.pictures.count() == 1


@pytest.mark.usefixtures("steady_caches")
def test_the_list_shows_small_ones_at_the_cost_of_one_question(browser, files):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get("/admin/catalog/product/").status_code == 200
        return len(queries)

    make_product("LAMP", picture_file_id=files[0].pk)
    browser.get("/admin/catalog/product/")
    one = asked()
    make_product("SHADE", picture_file_id=files[1].pk)
    make_product("BULB", picture_file_id=files[2].pk)
    assert asked() == one
    shown = browser.get("/admin/catalog/product/").content.decode()
    for row in ProductPicture.objects.all():
        assert f"/media/{row.thumbnail_id}/" in shown
        assert f"/media/{row.file_id}/" not in shown
