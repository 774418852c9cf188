"""The Celery application: `celery -A deventer_crm worker`, `celery -A deventer_crm beat`."""

import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deventer_crm.settings.local")

app = Celery("deventer_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """A receiver of this signal keeps Celery from setting up its own loggers; settings did ours."""


@signals.celeryd_init.connect
@signals.beat_init.connect
def start_local_servers(**_: Any) -> None:
    """A worker or beat that is started by hand finds its servers, as manage.py does."""
    from deventer_crm.localservers.lifecycle import ensure_started

    ensure_started()
