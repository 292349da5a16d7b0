from apps.accounts.models.access_log import AccessLog
from apps.accounts.models.role import Role, RoleLevel, RolePermission
from apps.accounts.models.unit import Department, Team
from apps.accounts.models.user import Invitation, User

__all__ = ["AccessLog", "Department", "Invitation", "Role", "RoleLevel", "RolePermission", "Team", "User"]
