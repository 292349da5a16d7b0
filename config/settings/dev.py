"""bin/serve and development: embedded database, plain HTTP on the local network."""

from .base import *  # noqa: F403 - settings build on each other
from .base import SECRET_KEY, SIMPLE_JWT, env

DEBUG = env.bool("DEBUG", default=False)
TEXT_SIMULATOR = True
if not SECRET_KEY:
    SECRET_KEY = "development-only-key-bin-serve-makes-a-real-one"  # noqa: S105 - development only; bin/serve makes a real one
    SIMPLE_JWT["SIGNING_KEY"] = SECRET_KEY
