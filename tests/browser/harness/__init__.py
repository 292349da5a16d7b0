"""A page server with a small fake API, so that the scripts can be driven in a browser without the database."""
