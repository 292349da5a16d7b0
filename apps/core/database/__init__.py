"""Django's PostgreSQL backend with a compiler that keeps the column list of each model (see ``compiler``).

``settings.ORIGINAL_BACKEND`` names this package; the backend of the organisations builds on it.
"""
