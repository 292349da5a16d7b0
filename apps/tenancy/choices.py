from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationState(models.TextChoices):
    """Life of an organisation, in order; ``lifecycle.py`` says what leads where, what each state serves."""

    REQUESTED = "requested", _("Requested")
    APPROVED = "approved", _("Approved")
    PROVISIONING = "provisioning", _("Being set up")
    FAILED = "failed", _("Set-up failed")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    ARCHIVED = "archived", _("Archived")
    SCHEDULED = "scheduled", _("To be deleted")
    DELETING = "deleting", _("Being deleted")
    REMOVING = "removing", _("Being removed")
    DELETED = "deleted", _("Deleted")


class NumberFormat(models.TextChoices):
    """How numbers are grouped; ``core.formats`` writes them."""

    INDIAN = "indian", _("Indian: 1,23,45,678.50")
    WESTERN = "western", _("Western: 12,345,678.50")


class DateFormat(models.TextChoices):
    """How days are written; all of them day first or by ISO, so that what is typed is never read two ways."""

    DAY_DASH = "day_dash", _("31-12-2026")
    DAY_SLASH = "day_slash", _("31/12/2026")
    DAY_DOT = "day_dot", _("31.12.2026")
    ISO = "iso", _("2026-12-31")


class BrandPart(models.TextChoices):
    """Pictures of an organisation: the logo beside its name, the mark alone (tabs, small places)."""

    LOGO = "logo", _("Logo")
    MARK = "mark", _("Mark")


class JobWork(models.TextChoices):
    """Work on an organisation that needs the owner's role."""

    PROVISION = "provision", _("Set-up")
    DELETE = "delete", _("Deletion")
    RESTORE = "restore", _("Restoring")
    ERASE = "erase", _("Erasure of a person")


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Metric(models.TextChoices):
    """What a plan limits."""

    USERS = "users", _("Users")
    COMPANIES = "companies", _("Companies")
    STORAGE = "storage", _("Storage (MB)")
    DOCUMENTS = "documents", _("Documents this month")
    API_CALLS = "api_calls", _("API calls today")


class OperatorAccess(models.TextChoices):
    """Whether the platform's operator may enter an organisation."""

    ALLOW = "allow", _("May enter; administrators are told")
    ASK = "ask", _("May enter after an administrator has approved it")
    FORBID = "forbid", _("May not enter")
