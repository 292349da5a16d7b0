"""Addresses of our style sheets over the theme's."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static


def admin_css(request: Any) -> str:
    return static("bahi/css/admin.css")


def components_css(request: Any) -> str:
    return static("bahi/css/components.css")
