"""dj-stripe handles the same event, for comparison: `dj_stripe.py prepare|serve FOLDER EVENTS.json`, by .venv-bench's Python.

`prepare` makes the database (SQLite) and handles the first event, which brings everything that the subscription refers to. `serve` handles
further events, each with an id of its own, through Django's WSGI handler; dj-stripe asks Stripe for the subscription each time.
"""

import json
import os
import sys
from typing import Any

import django
import stripe
from deliveries import deliver
from django.conf import settings

UUID = "5f3b0c1e-7c0e-4b7e-9a55-1d2b6f0f3a11"


def set_up(folder: str) -> None:
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "djstripe"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.path.join(folder, "db.sqlite3")}},
        MIGRATION_MODULES={"djstripe": None},  # its tables as they are now, not its history of a hundred migrations
        ROOT_URLCONF="djstripe.urls",
        SECRET_KEY="bench",  # signs nothing here
        ALLOWED_HOSTS=["*"],
        USE_TZ=True,
        STRIPE_TEST_SECRET_KEY=os.environ["STRIPE_KEY"],
        STRIPE_LIVE_MODE=False,
        DJSTRIPE_FOREIGN_KEY_TO_FIELD="id",
        LOGGING_CONFIG=None,
    )
    stripe.api_base = os.environ["STRIPE_API_BASE"]
    stripe.ca_bundle_path = os.environ["CA"]
    django.setup()


def prepare() -> None:
    from django.core.management import call_command
    from djstripe.models import WebhookEndpoint

    call_command("migrate", run_syncdb=True, verbosity=0)
    WebhookEndpoint.objects.create(
        id="we_bench",
        djstripe_uuid=UUID,
        url="https://example.com",
        secret=os.environ["WEBHOOK_SECRET"],
        livemode=False,
        status="enabled",
        enabled_events=["*"],
        api_version="",
    )


def serve(deliveries: list[dict[str, Any]]) -> None:
    from django.core.handlers.wsgi import WSGIHandler

    deliver(WSGIHandler(), f"/webhook/{UUID}/", deliveries)


if __name__ == "__main__":
    set_up(sys.argv[2])
    with open(sys.argv[3]) as file:
        wanted = json.load(file)
    if sys.argv[1] == "prepare":
        prepare()
    serve(wanted)
    os._exit(0)
