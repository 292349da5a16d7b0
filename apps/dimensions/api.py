"""API of cost centres and projects."""

from apps.core.api.resource import MasterViewSet
from apps.core.registry import register_resource
from apps.dimensions.models import CostCentre, Project


@register_resource
class CostCentreApi(MasterViewSet):
    model, path = CostCentre, "dimensions/cost-centres"
    fields = ("id", "code", "name", "parent", "tags", "active", "version")
    read_only = ("id", "version")
    filters = {"code": "code", "name": "name", "parent": "parent", "active": "active"}
    expands = ("parent",)


@register_resource
class ProjectApi(MasterViewSet):
    model, path = Project, "dimensions/projects"
    fields = (
        "id", "code", "name", "company", "party", "status", "start", "end", "tags", "active", "version",
    )  # fmt: skip
    read_only = ("id", "version")
    filters = {
        "code": "code", "name": "name", "company": "company", "party": "party", "status": "status",
        "active": "active",
    }  # fmt: skip
    expands = ("company", "party")
