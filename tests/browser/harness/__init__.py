"""A page server with a small fake API, to drive the scripts in a browser without a database."""
