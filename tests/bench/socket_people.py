"""People with a page each. Run as a script: ``make`` slug how-many prints their ids; ``sign_in`` slug, with
the ids on standard input, their tokens (apart: a token lasts minutes, and making a thousand takes some)."""

from __future__ import annotations

import json
import secrets
import sys
from functools import partial

import django

django.setup()

from django_tenants.utils import get_tenant_model

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.models import Role, User
from apps.accounts.services.users import user_create
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work


def make(count: int) -> list[int]:
    roles, mark = [Role.objects.get(code="administrator")], secrets.token_hex(3)
    names = [(f"page{number}.{mark}@bench.example", f"Page {number}") for number in range(count)]
    return [user_create(email=email, name=name, roles=roles).pk for email, name in names]


def sign_in(ids: list[int]) -> list[dict[str, object]]:
    found = []
    for user in User.objects.filter(pk__in=ids).order_by("pk"):
        refresh = BoundRefreshToken.for_user(user, address="127.0.0.1", agent="bench")
        found.append({"id": user.pk, "token": str(refresh.access_token)})
    return found


if __name__ == "__main__":
    step, slug, *more = sys.argv[1:]
    work = partial(make, int(more[0])) if step == "make" else partial(sign_in, json.load(sys.stdin))
    with organisation_context(get_tenant_model().objects.get(slug=slug).schema_name):
        print(json.dumps(run_in_unit_of_work(work)))
