"""API of what an organisation says and sees of the platform; the operator's own is ``host_api``."""

from apps.platform.api import own_side, profile

__all__ = ["own_side", "profile"]
