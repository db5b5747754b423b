"""All settings, one file, read from the environment; every broken value is named at once."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from environs import Env, EnvError
from kombu import Queue

from portal.embedded import Embedded, local_secret

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env(eager=False)


@env.parser_for("networks")
def _networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Networks like ``10.32.0.0/16,10.64.0.0/16``."""
    try:
        return [ip_network(part.strip()) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise EnvError(f"{error}; write 10.32.0.0/16,10.64.0.0/16") from error


@env.parser_for("ocds_prefix")
def ocds_prefix(text: str) -> str:
    """A prefix like ``abc123``, also where ``ocds-`` is written before it."""
    prefix = text.strip().removeprefix("ocds-")
    if not re.fullmatch("[a-z0-9]+", prefix):
        raise EnvError(f"“{text}” is no prefix; write small letters and digits, such as abc123")
    return prefix


PORTAL_HOME = env.path("PORTAL_HOME", BASE_DIR / "var")
EMBEDDED = Embedded(PORTAL_HOME)

DEBUG = env.bool("DEBUG", False)
# Without a given key the portal keeps a random one of its own beside its data.
SECRET_KEY = env.str("SECRET_KEY", None) or local_secret(PORTAL_HOME)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
IS_HTTPS = env.bool("HTTPS", False)
# The city this portal serves, by division code: its rule packs judge.
MUNICIPALITY = env.str("MUNICIPALITY", "310000")
# How many proxies stand in front; each adds one address to X-Forwarded-For.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
PORTAL_REQUIRE_MFA = env.bool("PORTAL_REQUIRE_MFA", False)
REDIS_URL = env.str("REDIS_URL", "")
# Never the broker's own database: emptying the cache must not empty the queue.
CACHE_URL = env.str("CACHE_URL", "") or (
    urlsplit(REDIS_URL)._replace(path="/1").geturl() if REDIS_URL else EMBEDDED.cache_url
)
DATABASES = {"default": env.dj_db_url("DATABASE_URL", EMBEDDED.database_url, conn_max_age=60)}
# Where clients outside reach the portal, without a slash at the end; "": where they asked.
PUBLIC_URL = env.str("PORTAL_URL", "").rstrip("/")
# Where links in mails lead.
PORTAL_URL = PUBLIC_URL or "http://127.0.0.1:8000"
# How long a client of the feed of changes may stay away and still go on from where it was.
FEED_DAYS = env.int("FEED_DAYS", 90)
# For a database that does not tell its own life: another text after each restore or promotion.
FEED_EPOCH = env.str("FEED_EPOCH", "")
# Networks of receivers that are not on the public internet, such as the government extranet's;
# webhooks reach no other inner address.
WEBHOOK_NETWORKS = env.networks("WEBHOOK_NETWORKS", "")
# Who publishes procurements as open data: the prefix registered with the Open Contracting
# Partnership, and the name of the publisher; "": the portal's.
OCDS_PREFIX = env.ocds_prefix("OCDS_PREFIX", "portal")
OCDS_PUBLISHER = env.str("OCDS_PUBLISHER", "")
# Address of the licence that the open data are under; "": none is named.
OCDS_LICENSE = env.str("OCDS_LICENSE", "")
# Without a mail server each mail becomes a file that can be read.
MAIL = env.dj_email_url("EMAIL_URL", f"file:///{PORTAL_HOME.resolve() / 'mail'}")
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "portal@localhost")
env.seal()

EMAIL_BACKEND = MAIL.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_FILE_PATH = MAIL["EMAIL_FILE_PATH"]
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"], MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"], MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL["EMAIL_USE_TLS"], MAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = MAIL["EMAIL_TIMEOUT"] or 10

DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# An unset pgtrigger.ignore costs every trigger an exception for every row, and rows with deferred
# foreign keys ever more of them: the feed's trigger took 0.9 s for 4,000 inspections; set, 0.3.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    options="-c lock_timeout=5s -c idle_in_transaction_session_timeout=60s -c pgtrigger.ignore={}"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "import_export",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "portal",
    "portal.audit",
    "portal.feeds",
    "portal.jurisdictions",
    "portal.users",
    "portal.evidence",
    "portal.workdays",
    "portal.inbox",
    "portal.clients",
    "portal.webhooks",
    "centers",
    "organizations",
    "projects",
    "evaluation",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.request_id",
    "portal.middleware.compress",
    "portal.middleware.body_size",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.language",
    "portal.middleware.address",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.content_security_policy",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.second_factor",
    "axes.middleware.AxesMiddleware",
    "portal.middleware.method",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- language and time -------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
# The second folder holds the Chinese of packages that ship without it.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "packages"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files ---------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = PORTAL_HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = PORTAL_HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
# No request is longer; workbooks and evidence files have their own limit of 20 MB.
MAX_BODY_BYTES = 64 * 1024 * 1024
# Everything above this goes to a temporary file.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- accounts ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "portal.users.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
# Failed logins are counted in one place, by axes, in the database.
ACCOUNT_RATE_LIMITS = {"login_failed": False}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "portal.users.adapters.client_ip"
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
# Unfold's Alpine needs eval, and its components write style attributes.
ADMIN_CSP = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}

# --- work in the background ----------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or EMBEDDED.broker_url
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "retry_on_timeout": True,
    "health_check_interval": 25,
    "global_keyprefix": "portal:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.2}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
# Deliveries wait for other people's servers and evaluations fill every worker for hours: neither
# stands in the other's line. A worker that is told of no queue takes from both in turn.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("celery", "deliveries")]
CELERY_TASK_ROUTES = {
    "portal.webhooks.tasks.sweep": {"queue": "deliveries"},
    "portal.webhooks.tasks.deliver": {"queue": "deliveries"},
}
CELERY_BEAT_SCHEDULE = {
    "sweep-evaluation-shards": {"task": "evaluation.tasks.sweep", "schedule": 30.0},
    # Each night is entered once; the later hours find it entered, or make up for a night missed.
    "evaluate-every-night": {
        "task": "evaluation.tasks.evaluate_nightly",
        "schedule": crontab(minute=30),
    },
    "discard-orphaned-evidence": {
        "task": "portal.evidence.tasks.discard_orphans",
        "schedule": crontab(hour=3, minute=10),
    },
    # Before the day's mail; the later hours make up for a worker that was down.
    "remind-of-due-dates": {
        "task": "centers.tasks.remind",
        "schedule": crontab(minute=10),
    },
    "index-names": {
        "task": "organizations.tasks.index_names",
        "schedule": crontab(hour=2, minute=40),
    },
    # Each night is entered once; the later hours find it entered, or make up for a night missed.
    "watch-every-night": {
        "task": "organizations.tasks.watch",
        "schedule": crontab(minute=45),
    },
    "sweep-casework": {"task": "organizations.tasks.sweep", "schedule": 60.0},
    "escalate-warnings": {
        "task": "organizations.tasks.escalate",
        "schedule": crontab(minute=25),
    },
    "sweep-transfers": {"task": "organizations.tasks.sweep_transfers", "schedule": 30.0},
    "forget-transfers": {
        "task": "organizations.tasks.forget_transfers",
        "schedule": crontab(hour=3, minute=20),
    },
    "remind-of-casework": {
        "task": "organizations.tasks.remind",
        "schedule": crontab(minute=15),
    },
    "note-nobody-due": {
        "task": "organizations.tasks.note_nobody_due",
        "schedule": crontab(minute=35),
    },
    "remind-of-cases": {
        "task": "organizations.tasks.remind_of_cases",
        "schedule": crontab(minute=15),
    },
    "remind-of-procurements": {
        "task": "projects.tasks.remind_of_procurements",
        "schedule": crontab(minute=15),
    },
    "close-replies-to-reviews": {
        "task": "evaluation.tasks.close_replies",
        "schedule": crontab(minute=25),
    },
    # After what nobody replied to was settled.
    "remind-of-reviews": {
        "task": "evaluation.tasks.remind_of_reviews",
        "schedule": crontab(minute=28),
    },
    "remind-of-waivers": {
        "task": "evaluation.tasks.remind_of_waivers",
        "schedule": crontab(minute=20),
    },
    # Before the day's mail; the later hours make up for a worker that was down.
    "keep-rectifications": {
        "task": "evaluation.tasks.keep_rectifications",
        "schedule": crontab(minute=40),
    },
    # After what was met has closed.
    "escalate-rectifications": {
        "task": "evaluation.tasks.escalate_rectifications",
        "schedule": crontab(minute=45),
    },
    "forget-feedback-contacts": {
        "task": "evaluation.tasks.forget_feedback_contacts",
        "schedule": crontab(hour=3, minute=30),
    },
    "forget-enquirers": {
        "task": "organizations.tasks.forget_enquirers",
        "schedule": crontab(day_of_month=1, hour=3, minute=20),
    },
    "forget-old-changes": {
        "task": "portal.feeds.tasks.purge",
        "schedule": crontab(hour=3, minute=40),
    },
    "remind-of-tokens": {
        "task": "portal.clients.tasks.remind",
        "schedule": crontab(minute=40),
    },
    "purge-calls": {
        "task": "portal.clients.tasks.purge_calls",
        "schedule": crontab(hour=3, minute=50),
    },
    # A change is told within seconds; what a lost message left over is found here too.
    "sweep-webhooks": {"task": "portal.webhooks.tasks.sweep", "schedule": 10.0},
    "purge-webhook-deliveries": {
        "task": "portal.webhooks.tasks.purge",
        "schedule": crontab(hour=3, minute=50),
    },
    # At eight; the later hours make up for a mail server or a worker that was down.
    "send-digests": {
        "task": "portal.inbox.tasks.send_digests",
        "schedule": crontab(minute=0, hour="8-20"),
    },
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "cache",
    }
}

# --- API -----------------------------------------------------------------------------------------

# The contract's: a new field or resource raises the second number, a mended text the third.
API_VERSION = "1.11.0"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.clients.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.OperationSchema",
    "EXCEPTION_HANDLER": "portal.api.problem_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# Under which name Redis counts what clients ask.
LIMITS_NAME = "portal"
# How long the record of calls is kept; 网络安全法 asks for six months at least.
CALL_DAYS = 400
# knox's own table would be made although its model is swapped for ours.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {
    "TOKEN_MODEL": "users.ApiToken",
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_PREFIX": "ssp_",
    "TOKEN_TTL": None,
}
KNOX_TOKEN_MODEL = "users.ApiToken"  # noqa: S105  (a model, not a token)
SPECTACULAR_SETTINGS = {
    "TITLE": _("Social-organization service centers: data and compliance"),
    "VERSION": API_VERSION,
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "DESCRIPTION": _(
        "For reading by machines. Each address, field and code is explained in the guide at "
        "/api/v1/guide/. Within version 1 only additions are made: bear fields, addresses and "
        "values of open lists that you do not know."
    ),
    "SERVERS": [{"url": "/", "description": _("This portal.")}],
    # Values stand where they are used: fields of different resources share names, not values.
    "POSTPROCESSING_HOOKS": ["portal.api.openapi.complete"],
}

# --- import and export ---------------------------------------------------------------------------

IMPORT_EXPORT_USE_TRANSACTIONS = True

# --- admin ---------------------------------------------------------------------------------------


def _opened_by(*capabilities: str) -> Callable[[Any], bool]:
    """The menu shows what the user may open, by any of the capabilities."""
    return lambda request: any(map(request.user.has_capability, capabilities))


UNFOLD = {
    "SITE_TITLE": _("Social-organization service center portal"),
    "SITE_HEADER": _("Service center portal"),
    "SITE_SUBHEADER": _("District civil-affairs bureau"),
    "SITE_SYMBOL": "account_balance",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("icon.svg"),
        },
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "STYLES": [
        lambda _request: static("css/admin.css"),
        lambda _request: static("css/status.css"),
        lambda _request: static("css/bureau.css"),
        lambda _request: static("css/charts.css"),
    ],
    "COLORS": {
        "primary": {
            "50": "240 246 252",
            "100": "218 232 246",
            "200": "184 211 237",
            "300": "138 182 223",
            "400": "84 146 204",
            "500": "44 114 181",
            "600": "27 94 158",
            "700": "22 77 130",
            "800": "20 65 108",
            "900": "18 55 90",
            "950": "11 36 61",
        }
    },
    "DASHBOARD_CALLBACK": "evaluation.admin.dashboard.fill",
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Every day"),
                "items": [
                    {"title": _("Home"), "icon": "home", "link": reverse_lazy("admin:index")},
                    {
                        "title": _("Inbox"),
                        "icon": "notifications",
                        "link": reverse_lazy("desk:inbox"),
                    },
                    {
                        "title": _("Filings"),
                        "icon": "inbox",
                        "link": reverse_lazy("admin:centers_filing_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Reporting rounds"),
                        "icon": "event_repeat",
                        "link": reverse_lazy("admin:centers_round_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Coordination events"),
                        "icon": "handshake",
                        "link": reverse_lazy("admin:centers_coordinationevent_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Findings"),
                        "icon": "fact_check",
                        "link": reverse_lazy("admin:evaluation_finding_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Verdicts"),
                        "icon": "verified",
                        "link": reverse_lazy("admin:evaluation_verdict_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Alarms"),
                        "icon": "warning",
                        "link": reverse_lazy("compliance:alarms"),
                        "permission": _opened_by("compliance.view"),
                    },
                ],
            },
            {
                "title": _("Registers"),
                "items": [
                    {
                        "title": _("Centers"),
                        "icon": "apartment",
                        "link": reverse_lazy("admin:centers_center_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Organizations"),
                        "icon": "groups",
                        "link": reverse_lazy("admin:organizations_organization_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Activity teams"),
                        "icon": "diversity_3",
                        "link": reverse_lazy("admin:organizations_activityteam_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Workbooks in and out"),
                        "icon": "swap_vert",
                        "link": reverse_lazy("admin:organizations_transfer_changelist"),
                        "permission": _opened_by("workbook.export"),
                    },
                    {
                        "title": _("Projects"),
                        "icon": "volunteer_activism",
                        "link": reverse_lazy("admin:projects_project_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Procurements"),
                        "icon": "gavel",
                        "link": reverse_lazy("admin:projects_procurement_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Challenges"),
                        "icon": "front_hand",
                        "link": reverse_lazy("admin:projects_challenge_changelist"),
                        "permission": _opened_by("procurement.manage"),
                    },
                    {
                        "title": _("Needs"),
                        "icon": "back_hand",
                        "link": reverse_lazy("admin:projects_need_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Offers"),
                        "icon": "redeem",
                        "link": reverse_lazy("admin:projects_offer_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Introductions"),
                        "icon": "handshake",
                        "link": reverse_lazy("admin:projects_match_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Welfare-lottery money"),
                        "icon": "paid",
                        "link": reverse_lazy("admin:projects_lotteryapplication_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Sources of money"),
                        "icon": "savings",
                        "link": reverse_lazy("admin:projects_fundingsource_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Contracts"),
                        "icon": "contract",
                        "link": reverse_lazy("admin:projects_contract_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Payments of contracts"),
                        "icon": "payments",
                        "link": reverse_lazy("admin:projects_payment_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Performance of projects"),
                        "icon": "grading",
                        "link": reverse_lazy("admin:projects_performance_changelist"),
                        "permission": _opened_by("project.view"),
                    },
                    {
                        "title": _("Divisions"),
                        "icon": "map",
                        "link": reverse_lazy("admin:jurisdictions_division_changelist"),
                    },
                ],
            },
            {
                "title": _("Sealed bids"),
                "items": [
                    {
                        "title": _("Keys of sealed bids"),
                        "icon": "vpn_key",
                        "link": reverse_lazy("admin:projects_opening_keys"),
                        "permission": _opened_by("key.hold"),
                    },
                    {
                        "title": _("Openings"),
                        "icon": "drafts",
                        "link": reverse_lazy("admin:projects_opening_changelist"),
                        "permission": _opened_by("procurement.manage"),
                    },
                    {
                        "title": _("Bidder accounts"),
                        "icon": "badge",
                        "link": reverse_lazy("admin:projects_bidder_changelist"),
                        "permission": _opened_by("procurement.manage"),
                    },
                ],
            },
            {
                "title": _("Casework"),
                "items": [
                    {
                        "title": _("Early warnings"),
                        "icon": "crisis_alert",
                        "link": reverse_lazy("admin:organizations_earlywarning_changelist"),
                        "permission": _opened_by("warning.view"),
                    },
                    {
                        "title": _("Observations"),
                        "icon": "visibility",
                        "link": reverse_lazy("admin:organizations_observation_changelist"),
                        "permission": _opened_by("warning.view"),
                    },
                    {
                        "title": _("Credit lists"),
                        "icon": "gpp_maybe",
                        "link": reverse_lazy("admin:organizations_creditlisting_changelist"),
                        "permission": _opened_by("warning.view"),
                    },
                    {
                        "title": _("Annual figures"),
                        "icon": "request_quote",
                        "link": reverse_lazy("admin:organizations_annualfigures_changelist"),
                        "permission": _opened_by("warning.view"),
                    },
                    {
                        "title": _("Work records"),
                        "icon": "task",
                        "link": reverse_lazy("admin:organizations_workrecord_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Inspection campaigns"),
                        "icon": "event_repeat",
                        "link": reverse_lazy("admin:organizations_campaign_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Annual inspections"),
                        "icon": "fact_check",
                        "link": reverse_lazy("admin:organizations_inspection_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Days of annual inspections"),
                        "icon": "calendar_month",
                        "link": reverse_lazy("admin:organizations_inspectioncalendar_changelist"),
                        "permission": _opened_by("center.view", "inspection.calendar"),
                    },
                    {
                        "title": _("Cases"),
                        "icon": "folder_open",
                        "link": reverse_lazy("admin:organizations_case_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                ],
            },
            {
                "title": _("Evaluation"),
                "items": [
                    {
                        "title": _("Heat map"),
                        "icon": "grid_on",
                        "link": reverse_lazy("compliance:heatmap"),
                        "permission": _opened_by("summary.view"),
                    },
                    {
                        "title": _("Trend"),
                        "icon": "show_chart",
                        "link": reverse_lazy("compliance:trend"),
                        "permission": _opened_by("summary.view"),
                    },
                    {
                        "title": _("Map of districts"),
                        "icon": "grid_view",
                        "link": reverse_lazy("compliance:map"),
                        "permission": _opened_by("summary.view"),
                    },
                    {
                        "title": _("Parameters"),
                        "icon": "tune",
                        "link": reverse_lazy("compliance:parameters"),
                        "permission": _opened_by("summary.view"),
                    },
                    {
                        "title": _("Rule packs"),
                        "icon": "rule",
                        "link": reverse_lazy("compliance:packs"),
                        "permission": _opened_by("summary.view"),
                    },
                    {
                        "title": _("Runs"),
                        "icon": "sync",
                        "link": reverse_lazy("admin:evaluation_run_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("What if"),
                        "icon": "science",
                        "link": reverse_lazy("compliance:simulation"),
                        "permission": _opened_by("simulation.run"),
                    },
                    {
                        "title": _("Look-ahead"),
                        "icon": "update",
                        "link": reverse_lazy("compliance:lookahead"),
                        "permission": _opened_by("simulation.run"),
                    },
                    {
                        "title": _("Waivers"),
                        "icon": "gavel",
                        "link": reverse_lazy("admin:evaluation_waiver_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Duties of the district"),
                        "icon": "assignment_turned_in",
                        "link": reverse_lazy("compliance:duties"),
                        "permission": _opened_by("summary.view"),
                    },
                    {
                        "title": _("Workbook import"),
                        "icon": "upload_file",
                        "link": reverse_lazy("admin:centers_center_import"),
                        "permission": _opened_by("workbook.import"),
                    },
                ],
            },
            {
                "title": _("Reviews and publication"),
                "items": [
                    {
                        "title": _("Reviews of centers"),
                        "icon": "rate_review",
                        "link": reverse_lazy("admin:evaluation_reviewround_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Results of centers"),
                        "icon": "grade",
                        "link": reverse_lazy("admin:evaluation_review_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Objections to results"),
                        "icon": "feedback",
                        "link": reverse_lazy("admin:evaluation_objection_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Review schemes"),
                        "icon": "balance",
                        "link": reverse_lazy("admin:evaluation_scheme_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Rectifications"),
                        "icon": "build",
                        "link": reverse_lazy("admin:evaluation_rectification_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Feedback of residents"),
                        "icon": "forum",
                        "link": reverse_lazy("admin:evaluation_feedback_changelist"),
                        "permission": _opened_by("feedback.handle"),
                    },
                    {
                        "title": _("Publications"),
                        "icon": "campaign",
                        "link": reverse_lazy("admin:evaluation_publication_changelist"),
                        "permission": _opened_by("center.view"),
                    },
                    {
                        "title": _("Yearly packs"),
                        "icon": "inventory",
                        "link": reverse_lazy("admin:evaluation_citypack_changelist"),
                        "permission": _opened_by("summary.view"),
                    },
                    {
                        "title": _("Districts side by side"),
                        "icon": "compare_arrows",
                        "link": reverse_lazy("compliance:city-comparison"),
                        "permission": _opened_by("summary.view"),
                    },
                    {
                        "title": _("Official documents"),
                        "icon": "draft",
                        "link": reverse_lazy("admin:evaluation_officialdocument_changelist"),
                        "permission": _opened_by("compliance.view"),
                    },
                    {
                        "title": _("Document templates"),
                        "icon": "edit_document",
                        "link": reverse_lazy("admin:evaluation_documenttemplate_changelist"),
                        "permission": _opened_by("document.draft"),
                    },
                ],
            },
            {
                "title": _("Interfaces"),
                "items": [
                    {
                        "title": _("API clients"),
                        "icon": "key",
                        "link": reverse_lazy("admin:clients_client_changelist"),
                        "permission": _opened_by("token.manage"),
                    },
                    {
                        "title": _("Webhook endpoints"),
                        "icon": "webhook",
                        "link": reverse_lazy("admin:webhooks_endpoint_changelist"),
                        "permission": _opened_by("token.manage"),
                    },
                    {
                        "title": _("Webhook deliveries"),
                        "icon": "outbox",
                        "link": reverse_lazy("admin:webhooks_delivery_changelist"),
                        "permission": _opened_by("token.manage"),
                    },
                    {
                        "title": _("API calls"),
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:clients_call_changelist"),
                        "permission": _opened_by("token.manage"),
                    },
                ],
            },
            {
                "title": _("Administration"),
                "items": [
                    {
                        "title": _("Users"),
                        "icon": "person",
                        "link": reverse_lazy("admin:users_user_changelist"),
                        "permission": _opened_by("user.view"),
                    },
                    {
                        "title": _("Work calendar"),
                        "icon": "calendar_month",
                        "link": reverse_lazy("admin:workdays_workyear_changelist"),
                    },
                    {
                        "title": _("Digest mails"),
                        "icon": "mail",
                        "link": reverse_lazy("admin:inbox_digest_changelist"),
                        "permission": _opened_by("user.view"),
                    },
                    {
                        "title": _("Audit trail"),
                        "icon": "history",
                        "link": reverse_lazy("admin:audit_auditevent_changelist"),
                        "permission": _opened_by("audit.view"),
                    },
                ],
            },
        ],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}
    },
    "filters": {"request_id": {"()": "portal.middleware.RequestIdFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
