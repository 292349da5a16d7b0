"""One registry of what exists: models by kind, API resources, lifecycles.

``conformance`` tests and menus walk it; nothing is added after start-up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from apps.core.api.resource import ResourceViewSet

KINDS = ("master", "setting", "document", "line", "ledger", "log", "link")


def business_models() -> list[type[models.Model]]:
    """Every concrete model of ours that declares a kind, in layer order; history models left out."""
    return [
        model
        for config in apps.get_app_configs()
        if config.name.startswith("apps.")
        for model in config.get_models()
        if not hasattr(model, "instance_type") and not model._meta.proxy
    ]


def kind_name(model: type[models.Model]) -> str:
    """master, setting, document, line, ledger, log or link; empty when the model doesn't say."""
    value = getattr(model, "kind", "")
    return value if isinstance(value, str) else ""


@cache
def has_bin(model: Any) -> bool:
    """Whether records of this model are deleted into a bin."""
    return model is not None and any(f.name == "deleted_at" for f in model._meta.concrete_fields)


def parent_key(model: type[models.Model]) -> Any:
    """The key of a line (or link) to the record that it belongs to and goes with; None for anything else."""
    if kind_name(model) not in ("line", "link"):
        return None
    keys = (key for key in model._meta.concrete_fields if key.is_relation)
    return next((key for key in keys if key.remote_field.on_delete is models.CASCADE), None)


_resources: dict[str, type[ResourceViewSet]] = {}


def register_resource(view: type[ResourceViewSet]) -> type[ResourceViewSet]:
    """Make a viewset part of the API (decorator for ``api.py``)."""
    if view.path in _resources:
        raise RuntimeError(f"two resources at {view.path}")
    _resources[view.path] = view
    return view


def resources() -> dict[str, type[ResourceViewSet]]:
    """Every API resource by path; imports the ``api`` modules when nobody did yet."""
    load_modules("api")
    return dict(_resources)


def resource_of(model: type[models.Model]) -> type[ResourceViewSet] | None:
    """The API resource of a model, None for a model without one."""
    for view in resources().values():
        if view.model is model:
            return view
    return None


def registered_models() -> Iterable[type[models.Model]]:
    """Models that people see: those of kind master, setting, document or ledger."""
    for model in business_models():
        if kind_name(model) in ("master", "setting", "document", "ledger") or getattr(
            model, "has_surface", False
        ):
            yield model


@dataclass(frozen=True)
class KindRef:
    """A reference by kind text and id, as the timeline, comments and links use it."""

    kind: str
    pk: int

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.kind)

    def get(self, user: Any) -> models.Model | None:
        """The record, if this user may see it."""
        return self.model.objects.for_user(user).filter(pk=self.pk).first()

    @classmethod
    def parse(cls, text: str) -> KindRef:
        """From ``sales.order:7``; raises ValueError."""
        kind, _, pk = text.partition(":")
        apps.get_model(kind)
        return cls(kind.lower(), int(pk))


@cache
def load_modules(name: str) -> None:
    """Import ``apps.<app>.<name>`` of every app that has it; once, they stay imported."""
    from importlib import import_module
    from importlib.util import find_spec

    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and find_spec(f"{config.name}.{name}"):
            import_module(f"{config.name}.{name}")
