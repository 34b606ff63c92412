"""Django's PostgreSQL back end, with the force signed into every statement."""
