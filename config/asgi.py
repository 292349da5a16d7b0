"""HTTP and sockets in one ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter

from apps.core.body_limit import BodyLimit
from apps.core.collector import collector_settle
from apps.core.sockets import socket_application
from apps.core.start_checks import run_start_checks

run_start_checks()

application = ProtocolTypeRouter({"http": BodyLimit(django_application), "websocket": socket_application()})
collector_settle()
