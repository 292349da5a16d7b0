"""Commands of the operator that go through organisations prove those that were meant, and all of them."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.core.tenant import public_context
from apps.tenancy.choices import OrganisationState
from apps.tenancy.models import Organisation

pytestmark = pytest.mark.django_db


def said(command: str, **options: object) -> str:
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("command", ["verify_audit", "verify_ledger", "prove_balances", "prove_stock"])
def test_an_operator_who_mistypes_a_name_is_told_so(command):
    """Without such a schema PostgreSQL answers from the platform's tables, and finds them in order."""
    with pytest.raises(CommandError, match="No organisation that is set up: acmee"):
        said(command, organisation="acmee")


def test_an_operator_proves_closed_organisations_too():
    with public_context():
        Organisation.objects.filter(slug="zenith").update(state=OrganisationState.SUSPENDED)
        Organisation.objects.filter(slug="acme").update(maintenance=True)
    text = said("prove_balances")
    assert "org_acme: 0 differences" in text
    assert "org_zenith: 0 differences" in text


@pytest.mark.parametrize("state", [OrganisationState.REQUESTED, OrganisationState.PROVISIONING])
def test_an_organisation_without_its_tables_is_passed_over(state):
    with public_context():
        Organisation.objects.create(slug="half", schema_name="org_half", name="Half", state=state)
    assert "half" not in said("prove_balances")
    with pytest.raises(CommandError, match="No organisation that is set up: half"):
        said("prove_balances", organisation="half")


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("verify_ledger", "company"),
        ("verify_ledger", "heads"),
        ("verify_ledger", "export_heads"),
        ("verify_audit", "heads"),
    ],
)
def test_what_belongs_to_one_organisation_is_not_asked_of_all(command, option):
    with pytest.raises(CommandError, match="name --organisation too"):
        said(command, **{option: "x"})
