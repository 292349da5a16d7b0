"""Packages that libraries load only because they are there, and that nothing of ours asks them for.

Each process keeps what it has imported: Django REST framework's client for tests takes ``requests``, its
browsable API ``pygments``; Django's tools for tests, which the library of tokens pulls in, take ``jinja2``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def _absent(*names: str) -> Iterator[None]:
    """Packages that nobody imported yet look as if they weren't installed."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is how Python marks an absent one
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def optional_packages_pass() -> None:
    """Import the libraries that have optional parts, without those. Later imports of the parts work."""
    with _absent("requests", "pygments", "yaml", "markdown", "jinja2"):
        import_module("django.test.utils")
        import_module("rest_framework.compat")
