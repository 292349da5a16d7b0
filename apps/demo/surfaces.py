"""Access of the demo's removal."""

from apps.core.surfaces import codes, declare
from apps.demo.services.removal import PERMISSION

declare({"demo_remove": codes(PERMISSION)})
