"""Logo, signature and seal of a company: pictures kept by ``files``, seen through their company."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from apps.company.models import Company
from apps.files.access import picture_fit
from apps.files.models import StoredFile
from apps.files.services.storage import file_hold

PICTURES = {"logo": "logo_file_id", "signature": "signature_file_id", "seal": "seal_file_id"}


def pictures_check(company: Company, values: dict[str, Any], by: Any) -> None:
    """Each named file must be a picture that ``by`` may read; it is held until the company is written, for no
    key keeps it. Raises InvalidInput naming the field."""
    for name, column in PICTURES.items():
        wanted = values.get(column)
        if wanted is None or wanted == getattr(company, column):
            continue
        picture_fit(file_hold(wanted), by, name)


def company_picture_guard(file: StoredFile, user: Any) -> bool:
    """Whether a company that the user may see shows this picture."""
    holds = Q()
    for column in PICTURES.values():
        holds |= Q(**{column: file.pk})
    return Company.objects.for_user(user).filter(holds).exists()
