"""The same Indian formats in Hindi."""

from config.formats.en.formats import *  # noqa: F403 - Django reads the names of this module
