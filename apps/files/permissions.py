"""Business permissions of stored files; administrators have them all."""

from apps.core.permissions import register_permissions

register_permissions("files", {"change_settings": "Have stored files encrypted, change their key"})
