"""manage.py provision_organisation SLUG: builds an organisation that a page has entered. Owner's role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import BahiError
from apps.tenancy.models import Organisation
from apps.tenancy.services.provisioning import organisation_failed, organisation_provision


class Command(BaseCommand):
    help = "Builds the schema and the first records of an organisation that waits for it."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("slug")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['slug']}.")
        try:
            organisation_provision(organisation, progress=lambda text: self.stdout.write(f"  {text}"))
        except BahiError as error:
            text = "; ".join(f"{item.field} {item.detail}".strip() for item in error.errors)
            organisation_failed(organisation, reason=text)
            raise CommandError(text) from error
        self.stdout.write(f"{organisation.name} is ready.")
