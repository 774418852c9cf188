"""Door for the web server (gunicorn)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deventer_crm.settings.local")
application = get_wsgi_application()

from deventer_crm.localservers.lifecycle import ensure_started  # noqa: E402 - after Django's set-up

ensure_started()  # does nothing when the settings name real servers

# What was loaded until here stays: the collector need not go through it again during every few requests.
gc.collect()
gc.freeze()
# And it looks once in ten thousand new objects instead of in seven hundred: a page makes tens of thousands.
gc.set_threshold(10_000, 10, 10)
