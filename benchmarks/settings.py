"""The local settings with a yardstick beside the pages, and a count of queries on request.

`BENCH_DATABASE` names another database of the same server: jobs that change a lot work in a copy."""

from deventer_crm.settings.local import *  # noqa: F403 - settings are layered by import
from deventer_crm.settings.local import DATABASES, MIDDLEWARE, env

DEBUG = False
ROOT_URLCONF = "benchmarks.urls"
MIDDLEWARE = ["benchmarks.counting.SqlCountMiddleware", *MIDDLEWARE]
if env.str("BENCH_DATABASE", default=""):
    DATABASES["default"]["NAME"] = env.str("BENCH_DATABASE")
