"""``row_make`` gives what the constructor gives."""

from __future__ import annotations

import pytest

from apps.accounting.models import Invoice, JournalLine, OpenItem
from apps.company.models import Company
from apps.core.rows import row_make
from apps.documents.models.collaboration import TimelineEntry
from apps.inventory.models import StockLayer, StockMove
from apps.parties.models import Party
from apps.sales.models import Delivery, DeliveryLine

MODELS = (Invoice, JournalLine, OpenItem, TimelineEntry, StockLayer, StockMove, Delivery, DeliveryLine)


def columns(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.parametrize("model", MODELS)
def test_defaults_are_those_of_the_constructor(model):
    made, built = row_make(model), model()
    times = {name for name in columns(made) if name in ("at", "recorded_at")}
    assert {**columns(made), **dict.fromkeys(times)} == {**columns(built), **dict.fromkeys(times)}
    assert all(getattr(made, name) is not None for name in times if getattr(built, name) is not None)
    assert made._state.adding
    assert made != row_make(model)


def test_columns_and_related_rows_are_taken():
    party, company = Party(pk=5, display_name="Ashok"), Company(pk=7)
    made = row_make(Invoice, party=party, company_id=7, custom={"a": 1}, reversal_entry=None)
    assert (made.party, made.party_id, made.company_id, made.custom) == (party, 5, 7, {"a": 1})
    assert made.reversal_entry is None
    made.company = company
    assert made.company is company


def test_rows_share_no_default_that_can_change():
    one, other = row_make(Invoice), row_make(Invoice)
    one.custom["a"] = 1
    one.tags.append("b")
    assert (other.custom, other.tags) == ({}, [])


def test_an_unknown_name_is_refused():
    with pytest.raises(TypeError, match="colour"):
        row_make(Invoice, colour="red")
