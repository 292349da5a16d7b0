import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_backends
from django.template import engines
from django.urls import get_resolver

from apps.core.collector import collector_settle
from apps.core.registry import load_modules
from apps.core.start_checks import run_start_checks

run_start_checks()

# gunicorn loads this before it forks (--preload): what every process needs is made now, once.
for urlconf in (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF):
    get_resolver(urlconf)._populate()
# Modules that are looked up by name at the first request, which each process would load for itself.
load_modules("settings")
get_backends()
_ = engines["django"].engine.template_context_processors
for name in ("apps.core.database.compiler", "apps.core.api.exceptions", "argon2", "psycopg_pool"):
    import_module(name)
collector_settle()
