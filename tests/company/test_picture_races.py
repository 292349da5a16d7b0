"""A logo is set while somebody releases its file: the company never shows a file that is gone."""

from __future__ import annotations

import threading
import time
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from apps.accounts.models import User
from apps.company.models import Company
from apps.company.services.pictures import pictures_check
from apps.core.errors import InvalidInput
from apps.core.records import record_save
from apps.core.uow import run_in_unit_of_work
from apps.files.models import StoredFile
from apps.files.services.storage import file_keep, file_release
from tests.factories.company import make_company
from tests.kit.threads import run_in_threads

pytestmark = [pytest.mark.race, pytest.mark.full]


def picture(by: User) -> StoredFile:
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    return run_in_unit_of_work(lambda: file_keep(out.getvalue(), name="logo.png", by=by))


@pytest.mark.parametrize("first", ["set", "release"])
def test_file_is_released_or_becomes_the_logo_never_both(commits: Any, first: str) -> None:
    chief = User.objects.get(email="asha@acme.example")
    company, file = run_in_unit_of_work(make_company), picture(chief)
    started = threading.Event()

    def begun() -> None:
        started.set()
        time.sleep(0.4)  # the other one comes in between

    def choose() -> None:
        values = {"logo_file_id": file.pk}
        pictures_check(company, values, chief)
        record_save(company, values=values, version=company.version, by=chief)
        if first == "set":
            begun()

    def release() -> None:
        file_release(file.pk)
        if first == "release":
            begun()

    def run(number: int) -> Any:
        mine = (choose, release)[number]
        if mine is not (choose if first == "set" else release):
            started.wait(5)
        return run_in_unit_of_work(mine)

    chosen, released = run_in_threads(2, run)
    assert not isinstance(released, Exception), released
    assert chosen is None or isinstance(chosen, InvalidInput), chosen
    shown = Company.objects.get(pk=company.pk).logo_file_id
    assert (shown is None) == (first == "release")
    assert shown is None or StoredFile.objects.filter(pk=shown).exists()
