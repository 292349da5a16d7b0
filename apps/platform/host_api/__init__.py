"""REST API of the platform's own host, for operators; the services are those of the pages (``urls.py``)."""
