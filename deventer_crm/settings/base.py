"""Settings every environment shares. Secrets, addresses and switches come from the environment;
what the municipality decides (norms, terms, thresholds) lives in dated rows, see core.policy."""

from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

from deventer_crm.core import logs

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "pgtrigger",
    "pghistory",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "deventer_crm.core",
    "accounts.admin_apps.CrmAdminConfig",
    "accounts",
    "employers",
    "meetings",
    "budget",
    "deventer_crm.home",
    "deventer_crm.localservers",
]

MIDDLEWARE = [
    "deventer_crm.core.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "deventer_crm.core.middleware.ChosenLanguageMiddleware",
    "deventer_crm.core.middleware.NulMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "deventer_crm.core.middleware.MemoryMiddleware",
    "deventer_crm.core.middleware.TrailContextMiddleware",
    "accounts.middleware.RefusalLogMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "deventer_crm.core.middleware.HtmxEtiquetteMiddleware",
    "deventer_crm.core.once.OnceMiddleware",
]

ROOT_URLCONF = "deventer_crm.urls"
WSGI_APPLICATION = "deventer_crm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
FORM_RENDERER = "deventer_crm.core.rendering.FieldRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            # Partials by name ("page.html#part"), and templates folded once (core.folding).
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "deventer_crm.core.folding.Loader",
                            [
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "deventer_crm.home.context_processors.shell",
            ],
            "libraries": {"crispy_forms_filters": "deventer_crm.core.templatetags.quick_fields"},
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "deventer_crm.core.templatetags.crm",
            ],
        },
    }
]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:week"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.CrmAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_NOTIFICATIONS = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Deventer CRM"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator typed the address; the invitation went there
#: Role codes (accounts.roles.Role) that see nothing before they have a second factor.
MFA_REQUIRED_ROLES = env.list("MFA_REQUIRED_ROLES", default=[])
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to an address that is nobody's; the page says the same
#: Proxies in front that set X-Forwarded-For: lock-out and access log need the browser's own address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", "Nederlands"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "deventer_crm" / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]

# core's quick_fields stands in for a library of crispy under its name, on purpose (TEMPLATES above).
SILENCED_SYSTEM_CHECKS = ["templates.W003"]

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

MUNICIPALITY_NAME = env.str("MUNICIPALITY_NAME", default="Deventer")
#: Where people reach this installation; links in mails start with it.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")

# ── Database ─────────────────────────────────────────────────────────────────────────────────────
CONN_MAX_AGE = env.int("CONN_MAX_AGE", default=60)  # seconds; one connection for each web thread


def database_from_url() -> dict[str, Any]:
    """The real PostgreSQL of `DATABASE_URL`; raises ImproperlyConfigured when it is not set."""
    return {
        **env.db("DATABASE_URL"),
        "CONN_MAX_AGE": CONN_MAX_AGE,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }


# Failed log-ins and forms that were sent: shared by all web processes, and there when Redis is away.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

# ── Celery: reminders, digests and imports. Results are rows, not messages. ──────────────────────
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 600  # seconds; a task may ask for its own, see core.tasks.crm_task
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": env.str("BROKER_KEY_PREFIX", default="deventer-crm:"),
    # Seconds after which an unfinished message of a lost worker is handed out again. Longer than the
    # longest task; the sweeps recover from the rows long before.
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
}
# Expiring messages: a worker that was away for an hour must not do sixty sweeps in a row.
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "core.heartbeat", "schedule": 30.0, "options": {"expires": 25}},
    "reconcile-nightly": {"task": "core.reconcile_reminders", "schedule": crontab(hour=5, minute=0)},
    "reconcile-hourly": {
        "task": "core.reconcile_reminders",
        "schedule": crontab(minute=20),
        "options": {"expires": 3000},
    },
    "digests": {
        "task": "core.send_digests",
        "schedule": crontab(hour=7, minute=0, day_of_week="mon-fri"),
    },
    # At six; each later hour makes up for a run that was missed, and writes nothing twice.
    "evening-before": {
        "task": "meetings.evening_before",
        "schedule": crontab(hour="18-22", minute=0),
        "options": {"expires": 3000},
    },
    "sweep": {"task": "core.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "timelines-first": {"task": "employers.build_first_index", "schedule": 60.0, "options": {"expires": 55}},
    "timelines-nightly": {"task": "employers.rebuild_activities", "schedule": crontab(hour=4, minute=10)},
    "follow-ups-nightly": {"task": "employers.pass_on_follow_ups", "schedule": crontab(hour=4, minute=40)},
    "requests-nightly": {"task": "employers.tidy_requests", "schedule": crontab(hour=4, minute=50)},
    "sweep-imports": {"task": "employers.sweep_imports", "schedule": 60.0, "options": {"expires": 55}},
    "busy-calendars": {
        "task": "meetings.read_busy_calendars",
        "schedule": crontab(minute="5,35"),
        "options": {"expires": 1500},
    },
    "sweep-hours": {"task": "budget.sweep_hours_imports", "schedule": 60.0, "options": {"expires": 55}},
    # Before the morning mail, so that a reminder about spending is in it with its explanation (R7).
    "spending-weekly": {
        "task": "budget.check_spending",
        "schedule": crontab(hour=4, minute=50, day_of_week="mon"),
    },
    "hand-overs": {
        "task": "employers.complete_hand_overs",
        "schedule": crontab(minute=10),
        "options": {"expires": 3000},
    },
}

#: Hosts whose calendars are read although they are inside our own network or speak plain http (the mail
#: server of the municipality); all others are reached over https at an address of the internet only.
CALENDAR_HOSTS = env.list("CALENDAR_HOSTS", default=[])

# ── Security that holds everywhere; what needs TLS is in production.py ────────────────────────────
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's own icons and the QR image of the second factor
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000  # bytes, uploads of files not counted
FILE_UPLOAD_PERMISSIONS = 0o640

# ── Logs: one JSON object a line, on stderr ──────────────────────────────────────────────────────
LOGGING_CONFIG = None  # logs.configure() does it, the same way for the web, the worker and commands
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
logs.configure(LOG_LEVEL)
