"""People with a page each: makes them and prints their ids and tokens. Run as a script: slug, how many."""

from __future__ import annotations

import json
import secrets
import sys

import django

django.setup()

from django_tenants.utils import get_tenant_model

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.models import Role
from apps.accounts.services.users import user_create
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work


def people(count: int) -> list[dict[str, object]]:
    roles = [Role.objects.get(code="administrator")]
    mark, found = secrets.token_hex(3), []
    for number in range(count):
        user = user_create(email=f"page{number}.{mark}@bench.example", name=f"Page {number}", roles=roles)
        refresh = BoundRefreshToken.for_user(user, address="127.0.0.1", agent="bench")
        found.append({"id": user.pk, "token": str(refresh.access_token)})
    return found


if __name__ == "__main__":
    slug, count = sys.argv[1:]
    with organisation_context(get_tenant_model().objects.get(slug=slug).schema_name):
        print(json.dumps(run_in_unit_of_work(lambda: people(int(count)))))
