"""What inventory adds to the import engine."""

from __future__ import annotations

from apps.datatools.importing.targets import register_target
from apps.inventory.importing import OpeningStock

register_target(OpeningStock())
