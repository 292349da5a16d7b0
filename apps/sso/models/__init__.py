from apps.sso.models.attempt import SsoAttempt, UsedAssertion
from apps.sso.models.identity import ExternalIdentity, GivenRole, SsoSession
from apps.sso.models.key import SamlKey
from apps.sso.models.policy import SsoPolicy
from apps.sso.models.provider import GroupRole, IdentityProvider, ProviderState

__all__ = [
    "ExternalIdentity",
    "GivenRole",
    "GroupRole",
    "IdentityProvider",
    "ProviderState",
    "SamlKey",
    "SsoAttempt",
    "SsoPolicy",
    "SsoSession",
    "UsedAssertion",
]
