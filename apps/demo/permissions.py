"""Business permissions of the demo."""

from apps.core.permissions import register_permissions

register_permissions("demo", {"remove_demo": "Remove the demo organisation"})
