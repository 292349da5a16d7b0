"""Addresses of all registered resources."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.urls import path
from django.urls.exceptions import Resolver404
from django.urls.resolvers import ResolverMatch, RoutePattern, URLResolver

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


class Branch(URLResolver):
    """A branch of the tree of addresses that looks at those below whose first word is the asked one's.

    Django tries one after the other: a hundred and seventy regular expressions for a call of the API. An
    address without a value in it (a list, a report) leads to the same place each time, so it is found once.
    """

    @cached_property
    def _fixed(self) -> dict[str, ResolverMatch]:
        """By address, those that are their own pattern: as many as there are such routes."""
        return {}

    @cached_property
    def _near(self) -> dict[str, URLResolver]:
        """By first word, the same branch with those below that may be meant, in their order; under "" with
        those that begin with a value or end here."""
        below = [(_first_word(one), one) for one in self.url_patterns]
        return {
            word: URLResolver(self.pattern, [one for own, one in below if own in ("", word)])
            for word in {"", *(own for own, _one in below)}
        }

    def resolve(self, path: Any) -> Any:
        path = str(path)
        if path in self._fixed:
            return self._fixed[path]
        match = self.pattern.match(path)
        if not match:
            raise Resolver404({"path": path})
        near = self._near
        found = near.get(match[0].partition("/")[0], near[""]).resolve(path)
        if f"{self.pattern}{found.route}" == path:
            self._fixed[path] = found
        return found


def branch(route: str, routes: list[Any]) -> Branch:
    """``path(route, include(routes))``, found quickly."""
    return Branch(RoutePattern(route, is_endpoint=False), routes)


def _first_word(one: Any) -> str:
    """The word that an address below a branch begins with; "" when it may begin with any."""
    route = one.pattern._route if isinstance(one.pattern, RoutePattern) else ""
    word, slash, _rest = route.partition("/") if isinstance(route, str) else ("", "", "")
    return "" if "<" in word or not slash else word


def api_urlpatterns() -> list[Any]:
    """The addresses as a tree of module and resource: finding one looks at its siblings, not at all."""
    load_modules("api")
    modules: dict[str, list[Any]] = {}
    for view in resources().values():
        module, slash, noun = view.path.rpartition("/")
        modules.setdefault(module + slash, []).append(branch(f"{noun}/", _routes_of(view)))
    return [*_extra_routes, *(branch(module, routes) for module, routes in modules.items())]


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
    one = [path("", view.as_view(detail), name=f"{name}_detail")]
    one.extend(_verb_route(view, verb, "post", "run_verb") for verb in view.verbs)
    one.extend(_verb_route(view, verb, "get", "run_read") for verb in view.reads)
    return [*routes, branch("<int:pk>/", one)]


def _verb_route(view: Any, verb: str, method: str, action: str) -> Any:
    name = f"{view.path.replace('/', '_')}_{verb}"
    return path(f"{verb}/", view.as_view({method: action}, verb=verb), name=name)
