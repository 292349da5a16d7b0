"""Production behind a TLS proxy."""

from django.core.exceptions import ImproperlyConfigured

from .base import *  # noqa: F403 - settings build on each other
from .base import SECRET_KEY, env

if len(SECRET_KEY) < 40:
    raise ImproperlyConfigured("SECRET_KEY must be set to a random text of at least 40 characters.")
OPERATOR_SECOND_FACTOR = env.bool("BAHI_OPERATOR_SECOND_FACTOR", default=True)  # the widest power there is
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
_SECURE = env.bool("BAHI_HTTPS", default=True)
SECURE_SSL_REDIRECT = False  # the proxy redirects
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
if _SECURE:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
