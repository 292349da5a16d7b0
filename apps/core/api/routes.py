"""Addresses of all registered resources."""

from __future__ import annotations

from typing import Any

from django.urls import include, path

from apps.core.registry import load_modules, resources

Extra = list[Any]
_extra_routes: Extra = []
_resource_routes: list[Any] = []


def register_routes(routes: list[Any]) -> None:
    """Addresses that aren't resources (sign-in, search), relative to ``api/v1/``."""
    _extra_routes.extend(routes)


def register_resource_routes(function: Any) -> None:
    """``function(view) → [path]``, relative to the resource's own: addresses that another platform app adds
    to every resource (import)."""
    _resource_routes.append(function)


def api_urlpatterns() -> list[Any]:
    """The addresses as a tree of module and resource: finding one looks at its siblings, not at all."""
    load_modules("api")
    modules: dict[str, list[Any]] = {}
    for view in resources().values():
        module, slash, noun = view.path.rpartition("/")
        modules.setdefault(module + slash, []).append(path(f"{noun}/", include(_routes_of(view))))
    return [*_extra_routes, *(path(module, include(routes)) for module, routes in modules.items())]


def _routes_of(view: Any) -> list[Any]:
    """Relative to the resource's own address."""
    name = view.path.replace("/", "_")
    listing = {"get": "list"}
    detail = {"get": "retrieve"}
    if view.writable:
        listing["post"] = "create"
        detail |= {"put": "update", "patch": "partial_update"}
    if view.deletable:
        detail["delete"] = "destroy"
    routes = [path("", view.as_view(listing), name=f"{name}_list")]
    if hasattr(view, "preview"):
        routes.append(path("preview/", view.as_view({"post": "preview"}), name=f"{name}_preview"))
    for function in _resource_routes:
        routes.extend(function(view))
    if view.writable:
        routes.append(path("bulk/", view.as_view({"post": "bulk"}), name=f"{name}_bulk"))
    routes.append(path("<int:pk>/", view.as_view(detail), name=f"{name}_detail"))
    routes.extend(_verb_route(view, verb, "post", "run_verb") for verb in view.verbs)
    routes.extend(_verb_route(view, verb, "get", "run_read") for verb in view.reads)
    return routes


def _verb_route(view: Any, verb: str, method: str, action: str) -> Any:
    name = f"{view.path.replace('/', '_')}_{verb}"
    return path(f"<int:pk>/{verb}/", view.as_view({method: action}, verb=verb), name=name)
