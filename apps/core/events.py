"""Typed events. Lower apps announce, higher apps listen: the only way up.

``emit`` runs the subscribers of the event in the same transaction, in layer order (they may refuse), and
then writes the event to the outbox; consumers registered with ``consume`` run after commit, each once.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.apps import apps

from apps.core.modules import module_key_of_app
from apps.core.tenant import switch_on


@dataclass(frozen=True)
class Event:
    """Base of all events. ``name`` is what webhooks and jobs see, such as ``invoice.posted``."""

    name: ClassVar[str] = ""

    def payload(self) -> dict[str, Any]:
        """Values for the outbox. Model instances are left out: consumers take ids."""
        return {
            item.name: getattr(self, item.name)
            for item in dataclasses.fields(self)
            if not hasattr(getattr(self, item.name), "_meta")
        }


@dataclass(frozen=True)
class Consumer:
    name: str
    event: str
    module: str
    run: Callable[[dict[str, Any]], None]


_subscribers: dict[type[Event], list[tuple[str, Callable[[Any], None]]]] = defaultdict(list)
_consumers: dict[str, list[Consumer]] = defaultdict(list)
_sink: list[Callable[[Sequence[Event]], None]] = []


def subscribe(event: type[Event]) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Decorator for ``subscribers.py``: run in the transaction of the event; raising refuses the cause."""

    def register(function: Callable[[Any], None]) -> Callable[[Any], None]:
        _subscribers[event].append((_app_of(function), function))
        return function

    return register


def consume(event: type[Event]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator for ``subscribers.py``: run after commit with the payload, in a job, at least once."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app = _app_of(function)
        consumer = Consumer(f"{app}.{function.__name__}", event.name, app, function)
        _consumers[event.name].append(consumer)
        return function

    return register


def consumers_of(event_name: str) -> list[Consumer]:
    """Consumers of an event name, and those of every event (registered for ``Event`` itself)."""
    return [*_consumers.get(event_name, []), *_consumers.get("", [])]


def register_sink(function: Callable[[Sequence[Event]], None]) -> None:
    """Called once by ``runtime``: writes events to the outbox."""
    _sink[:] = [function]


def emit(event: Event) -> None:
    """Announce an event inside the transaction that caused it."""
    emit_many([event])


def emit_many(events: Sequence[Event]) -> None:
    """Announce many events: subscribers run for each in turn, the outbox gets all in one statement."""
    for event in events:
        announce(event)
    for sink in _sink:
        sink(events)


def announce(event: Event) -> None:
    """Run the subscribers of an event that nobody outside hears of: it isn't written to the outbox."""
    for app, function in _subscribers.get(type(event), []):
        if switch_on(_module_key(app)):
            function(event)


def _app_of(function: Callable[..., Any]) -> str:
    return function.__module__.split(".")[1]


def _module_key(app_label: str) -> str:
    return module_key_of_app(app_label)


def load_subscribers() -> None:
    """Import every app's ``subscribers`` module in the order of INSTALLED_APPS, which is the layer order."""
    from importlib import import_module
    from importlib.util import find_spec

    for config in apps.get_app_configs():
        if config.name.startswith("apps.") and find_spec(f"{config.name}.subscribers"):
            import_module(f"{config.name}.subscribers")
