"""Every operation of the OpenAPI document with made-up values, as administrator and as a weak clerk.

No answer is a 5xx; each is documented with its status and content type and has the documented shape; whatever
was sent, the books and the stock agree afterwards.
"""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.db import connection
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.models import User
from config.wsgi import application
from tests.factories.accounts import make_user
from tests.factories.trading import make_trade
from tests.faults.aim import aimed, openapi
from tests.kit.figures import note
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger

load_all_checks()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
WEAK = (
    "sales.view_order",
    "sales.add_order",
    "sales.change_order",
    "parties.view_party",
    "accounting.view_invoice",
)
pytestmark = pytest.mark.full


class Faults(logging.Handler):
    """Remembers the exception behind each 500."""

    def __init__(self) -> None:
        super().__init__()
        self.last: Any = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.last = record.exc_info[1]


@pytest.fixture
def faults() -> Iterator[Faults]:
    handler, logger = Faults(), logging.getLogger("django.request")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


def people(who: str) -> User:
    if who == "administrator":
        return User.objects.get(email="asha@acme.example")
    return make_user(*WEAK, level="own")


class Fuzzer:
    """Calls operations as one person; keeps what went wrong, once for each operation and kind."""

    def __init__(self, user: User, faults: Faults) -> None:
        self.user, self.faults = user, faults
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.wrong: dict[tuple[str, str], str] = {}
        self.reached: set[str] = set()
        self.label = ""

    def headers(self) -> dict[str, str]:
        connection.set_schema("org_acme")
        token = BoundRefreshToken.for_user(self.user).access_token
        return {"Authorization": f"Bearer {token}", "Host": "acme.localhost"}

    def fuzz(self, operation: Any, examples: int) -> None:
        self.label = operation.label
        headers = self.headers()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)

            @seed(0)
            @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
                      suppress_health_check=list(HealthCheck))  # fmt: skip
            @given(case=strategy)
            def call(case: Any) -> None:
                self.call(case, headers)

            with contextlib.suppress(Unsatisfiable):  # nothing to get wrong here
                call()

    def call(self, case: Any, headers: dict[str, str]) -> None:
        self.faults.last = None
        response = case.call(app=application, headers=headers)
        self.statuses[case.method, response.status_code] += 1
        if response.status_code < 300:
            self.reached.add(self.label)
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                self._note(case, response, failure)
        except AssertionError as failure:
            self._note(case, response, failure)

    def _note(self, case: Any, response: Any, failure: Any) -> None:
        what = f"{type(failure).__name__} {response.status_code}"
        if (self.label, what) in self.wrong:
            return
        sent = f"{case.method} {case.formatted_path} query={case.query} body={str(case.body)[:600]}"
        got = str(failure)[:300] if self.faults.last is None else repr(self.faults.last)[:300]
        self.wrong[self.label, what] = f"{sent}\n    {got}"


def run(who: str, faults: Faults, examples: int, share: int) -> Fuzzer:
    """Every ``share``-th operation, so often well formed and as often ill formed."""
    make_trade(User.objects.get(email="asha@acme.example"))
    schema = schemathesis.openapi.from_dict(aimed(openapi()))
    fuzzer = Fuzzer(people(who), faults)
    for found in list(schema.get_all_operations())[::share]:
        fuzzer.fuzz(found.ok(), examples)
    connection.set_schema("org_acme")
    return fuzzer


def report(fuzzer: Fuzzer) -> str:
    lines = [f"{label}: {what}\n    {text}" for (label, what), text in sorted(fuzzer.wrong.items())]
    count = sum(fuzzer.statuses.values())
    head = f"{count} calls, {len(fuzzer.reached)} operations succeeded, {len(lines)} findings"
    return "\n".join([head, str(dict(fuzzer.statuses)), *lines])


@pytest.mark.parametrize(
    ("who", "examples", "share"),
    [
        pytest.param("administrator", 2, 20, marks=pytest.mark.ci),
        ("administrator", 6, 1),
        ("clerk", 2, 1),
    ],
)
def test_made_up_calls_of_every_operation_are_answered_as_documented(commits, faults, who, examples, share):
    fuzzer = run(who, faults, examples, share)
    note(report(fuzzer))
    assert not fuzzer.wrong, report(fuzzer)
    assert_balanced()
    assert_stock_equals_ledger()
    if (who, share) == ("administrator", 1):
        assert len(fuzzer.reached) > 200, sorted(fuzzer.reached)
