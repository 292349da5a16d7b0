from apps.tenancy.models.organisation import Domain, Organisation
from apps.tenancy.models.schema_build import SchemaBuild

__all__ = ["Domain", "Organisation", "SchemaBuild"]
