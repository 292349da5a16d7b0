import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.conf import settings
from django.urls import get_resolver

from apps.core.start_checks import run_start_checks

run_start_checks()

# gunicorn loads this before it forks (--preload). What every process needs is made now, once, and taken out
# of the garbage collector's sight: a collection would write to each object and so copy its page into every
# process.
for urlconf in (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF):
    get_resolver(urlconf)._populate()
gc.collect()
gc.freeze()
