"""Settings shared by every way of running Bahi. Only this package reads the environment."""

from datetime import timedelta
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")

SECRET_KEY = env("SECRET_KEY", default="")
SECRETS_KEYS = env("BAHI_SECRETS_KEYS", default="")  # else the file secrets.keys of the data folder
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env("BAHI_DATA", default=str(BASE_DIR / ".bahi")))
PROFILE = env("BAHI_PROFILE", default="standard")
ALLOWED_HOSTS = ["*"]  # the tenant middleware answers 404 for a host that nobody owns
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- applications ---------------------------------------------------------------------------------

_THIRD_PARTY_SHARED_ONLY = [
    "django_tenants",
    "apps.tenancy",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "unfold",
    "unfold.contrib.filters",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "csp",
    "pgtrigger",
    "django_q",
    "apps.core",
    "apps.platform",
]
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # grants are read by the scoped queryset, not by has_perm
    "axes.W002",  # our sign-in page and API answer a lock themselves
]
_IN_BOTH = [
    "apps.accounts",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.admin",
    "guardian",
    "simple_history",
    "axes",
    "apps.runtime",
    "apps.audit",
]
_BUSINESS = [
    "apps.sso",
    "apps.files",
    "apps.backup",
    "apps.privacy",
    "apps.company",
    "apps.documents",
    "apps.messaging",
    "apps.datatools",
    "apps.portal",
    "apps.parties",
    "apps.customer_portal",
    "apps.dimensions",
    "apps.catalog",
    "apps.accounting",
    "apps.inventory",
    "apps.sales",
    "apps.demo",
]
SHARED_APPS = _THIRD_PARTY_SHARED_ONLY + _IN_BOTH
TENANT_APPS = _IN_BOTH + _BUSINESS
INSTALLED_APPS = SHARED_APPS + [app for app in TENANT_APPS if app not in SHARED_APPS]

TENANT_MODEL = "tenancy.Organisation"
TENANT_DOMAIN_MODEL = "tenancy.Domain"
TENANT_LIMIT_SET_CALLS = True
PUBLIC_SCHEMA_NAME = "public"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
ROOT_URLCONF = "config.urls"
DEFAULT_ORGANISATION_HOSTS = env.list("DEFAULT_ORGANISATION_HOSTS", default=["localhost", "127.0.0.1"])
DNS_LOOKUP = env("DNS_LOOKUP", default="apps.tenancy.dns.lookup_txt")  # or …lookup_simulated
DEFAULT_ORGANISATION = env("DEFAULT_ORGANISATION", default="")
TEMPLATE_SCHEMA = "bahi_template"
PUBLIC_PORT = env("PUBLIC_PORT", default=env("BAHI_PORT", default=""))  # in links of mails

AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

# --- database -------------------------------------------------------------------------------------

RUN_TIME_ROLE = env.db_url("DATABASE_URL", default="postgres://bahi_app@localhost/bahi")["USER"]
DATABASE_ROLE = env("BAHI_DATABASE_ROLE", default="app")
_URL = "DATABASE_OWNER_URL" if DATABASE_ROLE == "owner" else "DATABASE_URL"
ORIGINAL_BACKEND = "apps.core.database"  # what the backend of the organisations builds on
DATABASES = {
    "default": {
        **env.db_url(_URL, default=env("DATABASE_URL", default="postgres://localhost/bahi")),
        "ENGINE": "django_tenants.postgresql_backend",
        "CONN_MAX_AGE": 0,
        "ATOMIC_REQUESTS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
DATABASES["default"]["OPTIONS"] = {"application_name": "bahi"}
if env.bool("BAHI_WEB_POOL", default=False):
    # The native pool is for web processes only: forked workers of the job cluster would share sockets.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 2,
        "max_size": env.int("BAHI_POOL_SIZE", default=16),
        "timeout": 10,
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("BAHI_CONN_MAX_AGE", default=60)
DATABASE_ROUTERS = ("django_tenants.routers.TenantSyncRouter",)

# --- requests -------------------------------------------------------------------------------------

MIDDLEWARE = [
    "apps.core.client_address.ClientAddressMiddleware",
    "apps.core.middleware.HealthMiddleware",
    "apps.core.middleware.RequestIdMiddleware",
    "apps.core.middleware.SafeHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "apps.core.static_storage.StaticMiddleware",
    "apps.tenancy.middleware.OrganisationMiddleware",
    "apps.core.middleware.ContentPolicyMiddleware",
    "apps.core.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "apps.accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.platform.middleware.OverrideMiddleware",
    "apps.accounts.middleware.ActorMiddleware",
    "apps.core.middleware.ZoneMiddleware",
    "apps.core.middleware.ModuleSwitchMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
MAX_BODY_BYTES = 10 * 1024 * 1024
MAX_UPLOAD_BYTES = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.core.context.shell",
                "apps.platform.context.platform_shell",
                "apps.customer_portal.context.portal_shell",
            ],
        },
    }
]

# --- sign-in --------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "apps.accounts.backends.RoleBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "apps.accounts.password_rules.GuessablePasswordValidator"},
]
BREACHED_PASSWORDS_FILE = env("BAHI_BREACHED_PASSWORDS", default="")  # see accounts.password_rules
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
PORTAL_HOME = "/portal/"  # where people of customers and vendors come to
LOGOUT_REDIRECT_URL = "/accounts/login/"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
ANONYMOUS_USER_NAME = None  # guardian: would land in the template of every organisation
GUARDIAN_MONKEY_PATCH_USER = False

SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=4 * 3600)
SESSION_SEEN_SECONDS = 300
OPERATOR_SECOND_FACTOR = env.bool("BAHI_OPERATOR_SECOND_FACTOR", default=False)  # production: on
CONFIRM_SECONDS = 900  # so long a proof counts for changes of the sign-in itself
INVITATION_HOURS = 7 * 24
PASSWORD_LINK_HOURS = 2

TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # read by ClientAddressMiddleware alone

# Locks are per account and address, so that a stranger can't lock a user out elsewhere.
AXES_HANDLER = "apps.accounts.services.lockout.GrowingLockHandler"
AXES_CLIENT_IP_CALLABLE = "apps.core.address.client_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_FORM_FIELD = "username"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- API ------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["apps.core.api.rendering.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "apps.core.api.rendering.StrictJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.TenantJWTAuthentication",
        "apps.accounts.authentication.ApiKeyAuthentication",
        "apps.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "apps.core.api.negotiation.PlainNegotiation",
    "DEFAULT_SCHEMA_CLASS": "apps.core.api.schema.BahiAutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "apps.core.api.throttling.UserThrottle",
        "apps.accounts.limits.KeyThrottle",
        "apps.core.api.throttling.AddressThrottle",
        "apps.core.api.throttling.OrganisationThrottle",
        "apps.core.api.throttling.PlanThrottle",
    ],
    "NUM_PROXIES": 0,  # REMOTE_ADDR is right already; the header as it came could be written by anybody
    "DEFAULT_THROTTLE_RATES": {
        "user": env("API_RATE_USER", default="6000/min"),
        "address": env("API_RATE_ADDRESS", default="12000/min"),
        "organisation": env("API_RATE_ORGANISATION", default="60000/min"),
        "sign_in": env("API_RATE_SIGN_IN", default="30/min"),
    },
    "EXCEPTION_HANDLER": "apps.core.api.exceptions.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Bahi API",
    "DESCRIPTION": "One REST API over every module of Bahi. Conventions: docs/api.md.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"ChargeKindEnum": "apps.accounting.choices.ChargeKind"},
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.core.api.schema.refusals_add",
    ],
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(hours=24),
    "SIGNING_KEY": SECRET_KEY,
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
}

# --- jobs, sockets, cache -------------------------------------------------------------------------

REDIS_URL = env("REDIS_URL", default="")
Q_CLUSTER = {
    "name": "bahi",
    "orm": "default",
    "workers": env.int("BAHI_WORKERS", default=1 if PROFILE == "small" else 2),
    "timeout": 3600,
    "retry": 3700,
    "max_attempts": 5,
    "poll": 0.2,
    "queue_limit": 50,
    "bulk": 1,
    "catch_up": False,
    "save_limit": 1000,
    "label": "Jobs",
}
CALLS_INLINE = False
if REDIS_URL:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "apps.core.channel_layer.RedisChannelLayer",
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_connect_timeout": 2, "socket_keepalive": True}],
                "prefix": "bahi",
            },
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "apps.core.channel_layer.PostgresChannelLayer"}}
CACHES = {
    "default": {
        **(
            {"BACKEND": "apps.core.cache.TolerantRedisCache", "LOCATION": REDIS_URL}
            if REDIS_URL
            else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
        ),
        "KEY_FUNCTION": "apps.core.tenant.cache_key",
    }
}

# --- mail -----------------------------------------------------------------------------------------

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="filemail://")
EMAIL_BACKEND = EMAIL_CONFIG.get("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_HOST = EMAIL_CONFIG.get("EMAIL_HOST", "localhost")
EMAIL_PORT = EMAIL_CONFIG.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = EMAIL_CONFIG.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = EMAIL_CONFIG.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="Bahi <no-reply@localhost>")

# Text messages: without a gateway of the organisation they stay in the list (for trials), or are refused.
TEXT_SIMULATOR = env.bool("BAHI_TEXT_SIMULATOR", default=False)
# Hosts that calls to typed-in addresses may reach although they aren't public (a gateway in one's own
# network).
OUTBOUND_ALLOWED_HOSTS = env.list("BAHI_OUTBOUND_ALLOWED_HOSTS", default=[])
# The virus scanner that uploads are shown to: host:port or the path of clamd's socket.
CLAMD_ADDRESS = env("BAHI_CLAMD", default="")
# When given, the only public hosts that are called at all (sms.example.com, *.okta.com).
OUTBOUND_ONLY = [host.lower() for host in env.list("BAHI_OUTBOUND_ONLY", default=[])]
# --- backups ---------------------------------------------------------------------------------------

BACKUP_TARGET = env("BAHI_BACKUP_TARGET", default="")  # a folder, or s3://bucket/prefix
BACKUP_S3_ENDPOINT = env("BAHI_BACKUP_S3_ENDPOINT", default="")
BACKUP_KEYS = env("BAHI_BACKUP_KEYS", default="")
BACKUP_DAILY = env.bool("BAHI_BACKUP_DAILY", default=False)
BACKUP_KEEP_DAYS = env.int("BAHI_BACKUP_KEEP_DAYS", default=7)
BACKUP_KEEP_WEEKS = env.int("BAHI_BACKUP_KEEP_WEEKS", default=4)

# --- language, formats ----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("hi", "हिन्दी")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Asia/Kolkata"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- files ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "apps.files.places.FilePlaces"},
    "staticfiles": {"BACKEND": "apps.core.static_storage.StaticStorage"},
}
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
FILES_TARGET = env("BAHI_FILES_TARGET", default="")  # empty: MEDIA_ROOT; or s3://bucket/prefix
FILES_FORMER = env("BAHI_FILES_FORMER", default="")  # where files may lie that were not moved yet
FILES_S3_ENDPOINT = env("BAHI_FILES_S3_ENDPOINT", default="")
FILES_S3_PUBLIC_ENDPOINT = env("BAHI_FILES_S3_PUBLIC_ENDPOINT", default="")  # as browsers reach it
FILES_PRESIGNED = env.bool("BAHI_FILES_PRESIGNED", default=False)
FILES_LINK_SECONDS = env.int("BAHI_FILES_LINK_SECONDS", default=60)
FILES_ENCRYPTED = env.bool("BAHI_ENCRYPT_FILES", default=False)  # of organisations that didn't choose

# --- safety ---------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
        "frame-src": ["'self'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"context": {"()": "apps.core.logs.ContextFilter"}},
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s [%(schema)s %(request_id)s] %(message)s"},
        "json": {"()": "apps.core.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["context"],
            "formatter": env("LOG_FORMAT", default="plain"),
        }
    },
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django_q": {"level": "WARNING"},
        "django-q": {"level": "WARNING"},
        "pikepdf": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "boto3": {"level": "WARNING"},
        "s3transfer": {"level": "WARNING"},
    },
}

UNFOLD = {
    "SITE_TITLE": "Bahi",
    "SITE_HEADER": "apps.platform.context.shell_name",
    "SITE_ICON": "apps.platform.context.shell_icon",
    "SITE_SYMBOL": "book_2",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "4px",
    "ACCOUNT": {"navigation": "apps.platform.context.account_links"},
    "COMMAND": {"search_models": False, "show_history": False},
    "SIDEBAR": {
        "show_search": False,
        "command_search": False,
        "show_all_applications": False,
        "navigation": "apps.core.admin.menu.navigation",
    },
    "STYLES": [],
    "SCRIPTS": [],
    "COLORS": {
        "primary": {
            "50": "oklch(97.7% .014 236)",
            "100": "oklch(95.1% .026 236)",
            "200": "oklch(90.1% .058 231)",
            "300": "oklch(82.8% .111 230)",
            "400": "oklch(74.6% .16 233)",
            "500": "oklch(62% .165 245)",
            "600": "oklch(52% .15 250)",
            "700": "oklch(45% .13 252)",
            "800": "oklch(40% .11 253)",
            "900": "oklch(35% .09 254)",
            "950": "oklch(26% .065 255)",
        }
    },
}
