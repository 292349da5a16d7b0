"""Settings of the tests: real PostgreSQL, fast password hashing, mail kept in memory."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "test-key-that-is-long-enough-for-hs256-signatures")

from .base import *  # noqa: F403 - settings build on each other
from .base import DATABASES, REST_FRAMEWORK, STORAGES

SECRETS_KEYS = "ktest:QkFISS10ZXN0LWtleS1vZi0zMi1ieXRlcy1sb25nISE="
# Without it every test client reads the whole folder of collected files before its first call.
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {
    "user": None, "address": None, "organisation": None, "sign_in": None
}  # fmt: skip
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "KEY_FUNCTION": "apps.core.tenant.cache_key",
    }
}
DATABASES["default"]["CONN_MAX_AGE"] = 0  # threads of sockets must not keep a database that is dropped
DATA_DIR = Path(tempfile.mkdtemp(prefix="bahi-test-"))  # what one run stores, the next does not find
atexit.register(shutil.rmtree, DATA_DIR, ignore_errors=True)
MEDIA_ROOT = DATA_DIR / "media"
TEXT_SIMULATOR = True
CALLS_INLINE = True  # no worker runs beside the tests: what it would be asked to call is called after commit
