"""An administrator of an organisation, with a password. Run as a script: slug, e-mail, password."""

from __future__ import annotations

import sys

import django

django.setup()

from django_tenants.utils import get_tenant_model

from apps.accounts.models import Role
from apps.accounts.services.users import user_create
from apps.core.tenant import organisation_context

if __name__ == "__main__":
    slug, email, password = sys.argv[1:]
    with organisation_context(get_tenant_model().objects.get(slug=slug).schema_name):
        user_create(
            email=email, name="Bench", roles=[Role.objects.get(code="administrator")], password=password
        )
