"""Variants by attribute, and the picture of a product."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.catalog.models import Product
from apps.files.services.storage import file_store
from tests.company.test_companies_api import PICTURE
from tests.factories.catalog import make_product
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def family(api):
    """A shirt with sizes S, M and colours red, blue to choose from."""
    shirt = make_product("SHIRT", name="Shirt", sale_price="499", hsn="6205")
    size = api.post(
        "catalog/attributes/",
        {"code": "SIZE", "name": "Size", "values": [{"code": "S", "name": "S"}, {"code": "M", "name": "M"}]},
    )["data"]
    colours = [{"code": "RD", "name": "Red"}, {"code": "BL", "name": "Blue"}]
    colour = api.post("catalog/attributes/", {"code": "COL", "name": "Colour", "values": colours})["data"]
    return shirt, size, colour


def rows_of(*attributes, take=2):
    return [
        {"attribute": row["id"], "values": [value["id"] for value in row["values"][:take]]}
        for row in attributes
    ]


def variants(api, shirt, rows, expect=201):
    return api.post(f"catalog/products/{shirt.pk}/variants/", {"attributes": rows}, expect)


def test_each_combination_becomes_a_product_like_its_family(api, family):
    shirt, size, colour = family
    made = variants(api, shirt, rows_of(size, colour))["data"]
    assert [row["code"] for row in made] == ["SHIRT-S-RD", "SHIRT-S-BL", "SHIRT-M-RD", "SHIRT-M-BL"]
    assert made[0]["name"] == "Shirt, S, Red"
    assert {(row["sale_price"], row["hsn"], row["variant_of"]) for row in made} == {
        ("499.000000", "6205", shirt.pk)
    }
    shown = api.get(f"catalog/products/{made[0]['id']}/")["data"]["variant_values"]
    assert [row["attribute"] for row in shown] == [size["id"], colour["id"]]
    assert len(api.get("catalog/products/", variant_of=shirt.pk)["data"]) == 4


def test_what_exists_stays_and_only_the_missing_are_made(api, family):
    shirt, size, colour = family
    variants(api, shirt, rows_of(size, colour, take=1))
    made = variants(api, shirt, rows_of(colour, size))["data"]  # another order of the attributes
    assert len(made) == 3
    assert variants(api, shirt, rows_of(size, colour))["data"] == []
    assert Product.objects.filter(variant_of=shirt).count() == 4


def test_wrong_choices_are_named_and_make_nothing(api, api_as, user_with, family):
    shirt, size, colour = family
    for rows, field in (
        ([], "attributes"),
        ("x", "attributes"),
        ([{"attribute": 999_999, "values": [1]}], "attributes.0.attribute"),
        ([{"attribute": size["id"], "values": []}], "attributes.0.values"),
        ([{"attribute": size["id"], "values": [colour["values"][0]["id"]]}], "attributes.0.values"),
        (rows_of(size, size), "attributes.1.attribute"),
    ):
        assert variants(api, shirt, rows, 400)["errors"][0]["field"] == field
    make_product("SHIRT-S")
    assert variants(api, shirt, rows_of(size), 400)["errors"][0]["code"] == "duplicate"
    assert not Product.objects.filter(variant_of=shirt).exists()
    clerk = api_as(user_with("catalog.view_product"))
    variants(clerk, shirt, rows_of(size), 403)


def test_a_variant_and_a_kit_have_no_variants(api, family):
    shirt, size, colour = family
    made = variants(api, shirt, rows_of(size))["data"]
    child = Product.objects.get(pk=made[0]["id"])
    assert variants(api, child, rows_of(colour), 409)["errors"][0]["code"] == "invalid_transition"
    kit = make_product("BOX", product_kind="kit")
    assert variants(api, kit, rows_of(size), 409)["errors"][0]["code"] == "invalid_transition"


def test_the_picture_is_one_that_the_person_uploaded_and_all_who_see_the_product_see(
    api, administrator, user_with
):
    file = file_store(SimpleUploadedFile("lamp.png", PICTURE), by=administrator, purpose="picture")
    text = file_store(SimpleUploadedFile("a.txt", b"hello"), by=administrator)
    lamp = make_product("LAMP")
    for wrong in (text.pk, 999_999):
        body = {"version": lamp.version, "picture": wrong}
        assert api.patch(f"catalog/products/{lamp.pk}/", body, 400)["errors"][0]["field"] == "picture"
    body = {"version": lamp.version, "picture": file.pk}
    assert api.patch(f"catalog/products/{lamp.pk}/", body)["data"]["picture"] == file.pk
    assert ApiClient(user_with("catalog.view_product")).get(f"/media/{file.pk}/lamp.png") == PICTURE
    ApiClient(user_with("parties.view_party")).get(f"/media/{file.pk}/lamp.png", 404)
