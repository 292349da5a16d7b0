"""The operator's pages on the platform's own host."""

from apps.platform.admin import announcements, lists, operators, organisations, settings  # noqa: F401  (register themselves)
from apps.platform.admin.site import platform_site

__all__ = ["platform_site"]
