"""The door for the web server: pages, JSON and live streams in one ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hqdash.settings")
os.environ.setdefault("HQDASH_ROLE", "web")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
