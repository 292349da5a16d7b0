"""What a provider said about a person, the same for both protocols."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from apps.sso.models import IdentityProvider

_LONGEST = {"subject": 300, "email": 254, "name": 120, "phone": 20, "department": 60, "employee_code": 60}


@dataclass(frozen=True)
class Claims:
    """``groups``: None when the provider couldn't list them. ``authenticated_at``: seconds, 0 unknown.

    ``said``: everything as it came, for the test page only.
    """

    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    phone: str = ""
    department: str = ""
    employee_code: str = ""
    groups: list[str] | None = field(default_factory=list)
    second_factor: bool = False
    authenticated_at: int = 0
    idp_session: str = ""
    name_id_format: str = ""
    id_token: str = ""
    hosted_domain: str = ""
    said: dict[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def texts(value: Any) -> list[str]:
    """A claim as a list of texts: one value, or several."""
    if value is None or isinstance(value, dict):
        return []
    items: Iterable[Any] = value if isinstance(value, (list, tuple)) else [value]
    found = [str(item).replace("\0", "").strip() for item in items if isinstance(item, (str, int))]
    return [item for item in found if item]


def first(said: dict[str, Any], name: str) -> str:
    found = texts(said.get(name)) if name else []
    return found[0] if found else ""


def mapped(provider: IdentityProvider, said: dict[str, Any]) -> dict[str, str]:
    """Name, phone, department and employee code as the provider's mapping finds them, cut to our lengths."""
    names = ("name", "phone", "department", "employee_code")
    return {name: first(said, getattr(provider, f"claim_{name}"))[: _LONGEST[name]] for name in names}


def groups_of(provider: IdentityProvider, said: dict[str, Any]) -> list[str]:
    found = texts(said.get(provider.claim_groups)) if provider.claim_groups else []
    return sorted({group[:300] for group in found})


def second_factor_taken(provider: IdentityProvider, values: Iterable[str]) -> bool:
    """Whether the provider says by one of these values that it asked for a second factor."""
    return bool(set(provider.second_factor_values) & set(values))
