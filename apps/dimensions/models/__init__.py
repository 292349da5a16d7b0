from apps.dimensions.models.dimension import CostCentre, Project

__all__ = ["CostCentre", "Project"]
