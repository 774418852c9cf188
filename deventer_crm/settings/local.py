"""One machine, nothing installed: embedded servers unless DATABASE_URL or REDIS_URL say otherwise.

Importing this starts nothing; `manage.py`, the web server, the worker and the tests call
`localservers.lifecycle.ensure_started()` on first use."""

from deventer_crm.localservers.lifecycle import LocalServers, secret_key
from deventer_crm.localservers.paths import DATABASE_NAME, DATABASE_USER, PORT_IN_NAME, local_paths

from .base import *  # noqa: F403 - settings are layered by import
from .base import BASE_DIR, CONN_MAX_AGE, database_from_url, env

DEBUG = env.bool("DEBUG", default=True)  # `make run` switches it off: people see the real error pages
LOCAL_MODE = True  # demo data and demo accounts are allowed here and nowhere else
LOCAL_PATHS = local_paths(BASE_DIR)
LOCAL_SERVERS = LocalServers(
    LOCAL_PATHS, postgres=not env.str("DATABASE_URL", default=""), valkey=not env.str("REDIS_URL", default="")
)

SECRET_KEY = env.str("SECRET_KEY", default="") or secret_key(LOCAL_PATHS.secret_key)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE_NAME,
        "USER": DATABASE_USER,
        "HOST": str(LOCAL_PATHS.sockets),
        "PORT": str(PORT_IN_NAME),
        "CONN_MAX_AGE": CONN_MAX_AGE,
        "CONN_HEALTH_CHECKS": True,
    }
    if LOCAL_SERVERS.postgres
    else database_from_url()
}
CELERY_BROKER_URL = LOCAL_PATHS.broker_url() if LOCAL_SERVERS.valkey else env.str("REDIS_URL")

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = LOCAL_PATHS.root / "mail"  # mails become files to read; nothing leaves the machine
if env.str("EMAIL_URL", default=""):
    globals().update(env.email("EMAIL_URL"))

MEDIA_ROOT = LOCAL_PATHS.root / "media"
# Static files straight from the source folders, so that nothing has to be collected first.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
