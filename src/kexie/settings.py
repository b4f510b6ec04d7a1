"""Django settings. Every value that an installation may choose is read from the environment, with its type.

A wrong value stops the start with a sentence that names the variable (``SettingsError``); nothing is guessed.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF


class SettingsError(Exception):
    """An environment variable has a value that cannot be used; the message names it."""


def env_text(name: str, default: str) -> str:
    """Return variable ``name``, or ``default`` when it is unset or empty."""
    return os.environ.get(name) or default


def env_flag(name: str, default: bool) -> bool:
    """Return variable ``name`` as a truth value: 1/true/yes/on or 0/false/no/off."""
    text = env_text(name, "1" if default else "0").lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    raise SettingsError(f"{name}={text!r}: use 1 or 0")


def env_list(name: str, default: list[str]) -> list[str]:
    """Return variable ``name`` as the non-empty items between its commas."""
    text = os.environ.get(name)
    return default if text is None else [item.strip() for item in text.split(",") if item.strip()]


def env_folder(name: str, default: Path) -> Path:
    """Return variable ``name`` as an absolute folder; it may not exist yet, but it may not be a file."""
    folder = Path(env_text(name, str(default))).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{name}={folder}: this is a file, a folder is needed")
    return folder


_DATABASE_FORMS = "use postgresql://user:password@host/name or sqlite:///path/of/file"


def env_database(name: str, default_file: Path) -> dict[str, Any]:
    """Return a Django database from variable ``name`` (``postgresql://…`` or ``sqlite:///…``), SQLite by default."""
    text = os.environ.get(name) or ""
    try:
        url = urlsplit(text)
        port = str(url.port or "")
    except ValueError:  # its message may quote the password
        raise SettingsError(f"{name}: this is not an address; {_DATABASE_FORMS}") from None
    if url.scheme in ("postgres", "postgresql") and not url.path.strip("/"):
        raise SettingsError(f"{name}: the name of the database is missing; {_DATABASE_FORMS}")
    if url.scheme in ("postgres", "postgresql"):
        options = dict(parse_qsl(url.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": options.pop("host", "") or (url.hostname or ""),
            "PORT": port,
            "OPTIONS": options,
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    if text and (url.scheme != "sqlite" or url.netloc):
        shown = f"{url.scheme}:…"  # never the password
        raise SettingsError(f"{name}={shown}: {_DATABASE_FORMS}")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": url.path if text else str(default_file),
        "OPTIONS": {
            # Writers queue from their first statement on instead of failing half-way with "database is locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
        },
    }


def env_secret(name: str, file: Path) -> str:
    """Return variable ``name``, or the key kept in ``file``: made on first use, readable by its owner only."""
    if value := os.environ.get(name):
        if len(value) < 32:
            raise SettingsError(f"{name}: at least 32 characters are needed")
        return value
    if not file.exists():
        try:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
                handle.write(secrets.token_urlsafe(48))
        except FileExistsError:  # another process of the same installation was faster
            pass
        except OSError as error:
            raise SettingsError(f"KEXIE_HOME: cannot write {file} ({error.strerror})") from error
    key = file.read_text(encoding="utf-8").strip()
    if len(key) < 32:
        raise SettingsError(
            f"{file}: the key in it is damaged; restore it from a backup, or delete it (all log in anew)"
        )
    return key


KEXIE_HOME = env_folder("KEXIE_HOME", Path("var"))
DATA_FOLDER = KEXIE_HOME / "data"
REPORTS_FOLDER = KEXIE_HOME / "reports"

DEBUG = env_flag("KEXIE_DEBUG", False)
SECRET_KEY = env_secret("SECRET_KEY", KEXIE_HOME / "keys" / "secret.key")
ALLOWED_HOSTS = env_list("KEXIE_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("KEXIE_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "kexie.ui",
    "kexie.core",
    "kexie.orgs",
    "kexie.totals",
    "kexie.registers",
    "kexie.intake",
    "kexie.plans",
    "kexie.reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kexie.core.context.shell",
            ],
        },
    },
]

ROOT_URLCONF = "kexie.urls"
WSGI_APPLICATION = "kexie.wsgi.application"

DATABASES = {"default": env_database("DATABASE_URL", DATA_FOLDER / "kexie.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "orgs.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
# No collectstatic step: WhiteNoise serves the files of the package itself.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
# Offices often have plain HTTP in a LAN; an installation behind HTTPS sets this.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env_flag("KEXIE_HTTPS", False)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"kexie": {"level": "INFO"}},
}
