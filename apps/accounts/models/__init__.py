from apps.accounts.models.access_log import AccessLog
from apps.accounts.models.factor import (
    BACKUP,
    BackupCode,
    ChallengePurpose,
    FactorMethod,
    SecondFactor,
    SignInChallenge,
)
from apps.accounts.models.key import ApiKey
from apps.accounts.models.link import AccessLink, LinkPurpose
from apps.accounts.models.policy import RequireFor, SignInPolicy
from apps.accounts.models.role import Role, RoleLevel, RolePermission
from apps.accounts.models.separation import SeparationChoice
from apps.accounts.models.session import SessionKind, SignInSession
from apps.accounts.models.unit import Department, Team
from apps.accounts.models.user import User

__all__ = [
    "BACKUP",
    "AccessLink",
    "AccessLog",
    "ApiKey",
    "BackupCode",
    "ChallengePurpose",
    "Department",
    "FactorMethod",
    "LinkPurpose",
    "RequireFor",
    "Role",
    "RoleLevel",
    "RolePermission",
    "SecondFactor",
    "SeparationChoice",
    "SessionKind",
    "SignInChallenge",
    "SignInPolicy",
    "SignInSession",
    "Team",
    "User",
]
