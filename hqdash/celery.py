"""The Celery app: five queues and a clock that pokes; all work itself is rows in PostgreSQL."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hqdash.settings")

from celery import Celery
from kombu import Queue

app = Celery("hqdash")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=[
        Queue(name) for name in ("outbound.urgent", "outbound", "inbound", "screening", "housekeeping")
    ],
    task_default_queue="housekeeping",
    task_routes={
        "publishing.tasks.sweep": {"queue": "housekeeping"},
        "publishing.tasks.*": {"queue": "outbound"},
        "monitoring.tasks.*": {"queue": "inbound"},
        "moderation.tasks.*": {"queue": "screening"},
    },
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    # A bell is acknowledged when it is heard: the row knows what is still to be done, not the message.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 600,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 5,
        "health_check_interval": 15,
    },
    # A poke that nobody heard in its own interval is worth nothing any more.
    beat_schedule={
        "deliver due posts": {
            "task": "publishing.tasks.sweep",
            "schedule": 2.0,
            "options": {"queue": "housekeeping", "expires": 4},
        },
        "read due channels": {
            "task": "monitoring.tasks.poll_due",
            "schedule": 1.0,
            "options": {"queue": "inbound", "expires": 2},
        },
        "screen what was missed": {
            "task": "moderation.tasks.sweep",
            "schedule": 3.0,
            "options": {"queue": "screening", "expires": 6},
        },
        "look after sign-ins": {
            "task": "accounts.tasks.look_after_sign_ins",
            "schedule": 3.0,
            "options": {"queue": "housekeeping", "expires": 6},
        },
        "close units": {
            "task": "accounts.tasks.close_due_units",
            "schedule": 60.0,
            "options": {"queue": "housekeeping", "expires": 120},
        },
        "go through the audit log": {
            "task": "accounts.tasks.verify_books",
            "schedule": 30.0,
            "options": {"queue": "housekeeping", "expires": 60},
        },
    },
)
app.autodiscover_tasks()
