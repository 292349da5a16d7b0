from apps.accounts.models.access_log import AccessLog
from apps.accounts.models.link import AccessLink, LinkPurpose
from apps.accounts.models.role import Role, RoleLevel, RolePermission
from apps.accounts.models.session import SessionKind, SignInSession
from apps.accounts.models.unit import Department, Team
from apps.accounts.models.user import User

__all__ = [
    "AccessLink",
    "AccessLog",
    "Department",
    "LinkPurpose",
    "Role",
    "RoleLevel",
    "RolePermission",
    "SessionKind",
    "SignInSession",
    "Team",
    "User",
]
