"""The tests: the same local servers (or the real ones named by the environment), with a database,
a broker database and a key prefix of its own for each parallel test process."""

import os

from .local import *  # noqa: F403 - settings are layered by import
from .local import (
    CELERY_BROKER_TRANSPORT_OPTIONS,
    DATABASES,
    INSTALLED_APPS,
    LOCAL_PATHS,
    LOCAL_SERVERS,
    MIDDLEWARE,
    env,
)

DEBUG = False
# "gw0", "gw1", … under xdist; the worker processes that tests start inherit it.
TEST_PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 costs 50 ms a log-in
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if env.str("TEST_EMAIL_URL", default=""):  # a worker process that a test starts mails over real SMTP
    globals().update(env.email("TEST_EMAIL_URL"))
WHITENOISE_AUTOREFRESH = True  # no scan of all static files for each client a test makes

# A query per row while a page is made is an error, named by model, field and line.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
# allauth looks whether each session of a person still lives; there are a handful.
ZEAL_ALLOWLIST = [{"model": "sessions.Session", "field": "get()"}]
ZEAL_NPLUSONE_THRESHOLD = 4  # a view may fetch its own record for the check and again for the change

# Commits need not wait for the disk: a test database does not outlive its run.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
DATABASES["default"]["CONN_MAX_AGE"] = 0  # an idle connection would keep the test database from going
# A worker process started by a test gets the test database's name this way.
if env.str("TEST_DATABASE_NAME", default=""):
    DATABASES["default"]["NAME"] = env.str("TEST_DATABASE_NAME")

if LOCAL_SERVERS.valkey:
    # 0 is `make run`, 1 a test run without xdist.
    number = 2 + int(TEST_PROCESS.removeprefix("gw")) % 62 if TEST_PROCESS.startswith("gw") else 1
    CELERY_BROKER_URL = LOCAL_PATHS.broker_url(number)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    **CELERY_BROKER_TRANSPORT_OPTIONS,
    "global_keyprefix": f"deventer-crm-test-{TEST_PROCESS}:",
}
