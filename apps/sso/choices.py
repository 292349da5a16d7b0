from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Protocol(models.TextChoices):
    OIDC = "oidc", "OpenID Connect"
    SAML = "saml", "SAML 2.0"


class Preset(models.TextChoices):
    """Whose provider it is: fills in what such a provider is known for."""

    GOOGLE = "google", "Google Workspace"
    MICROSOFT = "microsoft", "Microsoft Entra ID"
    OKTA = "okta", "Okta"
    AUTH0 = "auth0", "Auth0"
    KEYCLOAK = "keycloak", "Keycloak"
    ZOHO = "zoho", "Zoho Directory"
    OTHER = "other", _("another provider")


class TokenAuth(models.TextChoices):
    """How the client secret is sent to the provider's token endpoint."""

    BASIC = "basic", _("in the header (client_secret_basic)")
    POST = "post", _("in the body (client_secret_post)")
    NONE = "none", _("no secret, PKCE only")


class Purpose(models.TextChoices):
    """What somebody was sent to the provider for."""

    SIGN_IN = "sign_in", _("sign-in")
    CONFIRM = "confirm", _("proof of who he is")
    TEST = "test", _("test")


class Force(models.TextChoices):
    NOBODY = "nobody", _("nobody: passwords stay allowed beside it")
    ROLES = "roles", _("people with one of the roles below")
    DOMAINS = "domains", _("people whose e-mail address is in one of the domains below")
    ALL = "all", _("everybody")


class KeyState(models.TextChoices):
    CURRENT = "current", _("in use")
    NEXT = "next", _("published, not yet in use")
