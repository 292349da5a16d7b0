from apps.portal.models.strip import RoleStrip

__all__ = ["RoleStrip"]
