from apps.tenancy.models.erasure import ErasureRecord
from apps.tenancy.models.job import DeletionRecord, OrganisationJob
from apps.tenancy.models.organisation import BrandPicture, Domain, Organisation
from apps.tenancy.models.plan import Plan, Usage
from apps.tenancy.models.platform import DomainClaim, PlatformState
from apps.tenancy.models.schema_build import SchemaBuild

__all__ = [
    "BrandPicture",
    "DeletionRecord",
    "Domain",
    "DomainClaim",
    "ErasureRecord",
    "Organisation",
    "OrganisationJob",
    "Plan",
    "PlatformState",
    "SchemaBuild",
    "Usage",
]
