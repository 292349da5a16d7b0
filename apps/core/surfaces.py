"""Who may come in where: each address, job and socket of the product says which access it asks for.

Resources of the API and lists of the back office say it by what they are; everything else is named in the
``surfaces.py`` of its app::

    declare({"sales_quotation_public": ANYONE, "import_page": codes("datatools.import_table")})

``tests/conformance/test_declared_access.py`` walks all addresses and jobs and fails on one that says nothing;
``test_role_matrix.py`` asks each operation as each ready role and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from apps.core.registry import load_modules


@dataclass(frozen=True)
class Declared:
    """kind: anyone, personal, record, portal or codes.

    ``anyone`` needs no sign-in (a token in the address or a throttle guards it); ``personal`` is open to
    every signed-in person and shows only his own; ``record`` asks the scoped queryset of the record that the
    request names; ``codes`` asks for permissions: all of ``all_of`` and, if given, one of ``any_of``.
    ``portal`` asks for a person of a customer or vendor: to those every address is closed
    (``accounts.door``) that isn't marked ``portal``.
    """

    kind: str
    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    portal: bool = False

    def met_by(self, access: Any) -> bool:
        """Whether an ``Access`` holds the codes (``kind`` codes only; the others need none)."""
        some = not self.any_of or any(access.has(code) for code in self.any_of)
        return some and all(access.has(code) for code in self.all_of)


ANYONE, RECORD = Declared("anyone", portal=True), Declared("record")
PERSONAL, EVERY_PERSON = Declared("personal"), Declared("personal", portal=True)
PORTAL = Declared("portal", portal=True)
_addresses: dict[str, Declared] = {}
_jobs: dict[str, Declared] = {}


def codes(*all_of: str, any_of: tuple[str, ...] = ()) -> Declared:
    """Open to who holds all of ``all_of`` and, where given, one of ``any_of``."""
    return Declared("codes", all_of, any_of)


def declare(table: dict[str, Declared]) -> None:
    """By name of the address (``urls.py``); ``name:post`` where a method asks for something else."""
    _addresses.update(table)


def declare_jobs(table: dict[str, Declared]) -> None:
    """By name of the task (``documents.run_transitions``): what its owner must hold while it runs."""
    _jobs.update(table)


def declared_jobs() -> dict[str, Declared]:
    """{name of the task: what its owner must hold}."""
    _load()
    return dict(_jobs)


def _load() -> None:
    load_modules("surfaces")


def access_of_address(name: str, callback: Any, method: str) -> Declared | None:
    """What the address asks of a method (``get``, ``post`` …); None when nobody said it."""
    view = getattr(callback, "cls", None) or getattr(callback, "view_class", None)
    if view is not None and hasattr(view, "access_by_method"):
        return view.access_by_method(method)
    if view is not None and hasattr(view, "declared_access"):
        action = getattr(callback, "actions", {}).get(method, "")
        verb = getattr(callback, "initkwargs", {}).get("verb", "")
        return view.declared_access(action, verb)
    if getattr(callback, "declared", None) is not None:
        return callback.declared
    model_admin = getattr(callback, "model_admin", None)
    if model_admin is not None:
        return _of_model_admin(model_admin, name, callback)
    _load()
    return _addresses.get(f"{name}:{method}") or _addresses.get(name)


_ADMIN_ACTIONS = {"add": "add", "delete": "delete", "changelist": "view", "change": "view", "history": "view",
                  "restore": "delete", "off": "change"}  # fmt: skip


def _of_model_admin(model_admin: Any, name: str, callback: Any) -> Declared | None:
    meta = model_admin.model._meta
    action = _ADMIN_ACTIONS.get((name or "").rpartition("_")[2])
    if name and action and name == f"{meta.app_label}_{meta.model_name}_{name.rpartition('_')[2]}":
        return codes(f"{meta.app_label}.{action}_{meta.model_name}")
    if name is None:  # the old address of a record leads to its page
        return codes(f"{meta.app_label}.view_{meta.model_name}")
    return None
