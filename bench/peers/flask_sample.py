"""The webhook of a Flask server as Stripe's own samples have it, for comparison: it verifies and parses, and stores nothing.

`flask_sample.py EVENTS.json`, by .venv-bench's Python.
"""

import io
import json
import os
import sys

import stripe
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/webhook")
def webhook():
    event = stripe.Webhook.construct_event(request.data, request.headers.get("stripe-signature"), os.environ["WEBHOOK_SECRET"])
    if event["type"] == "customer.subscription.updated":
        print(f"Subscription status changed: {event['data']['object']['status']}")
    return jsonify({"status": "success"})


def main(file: str) -> None:
    with open(file) as opened:
        deliveries = json.load(opened)
    for delivery in deliveries:
        body = delivery["body"].encode()
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/webhook",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "CONTENT_TYPE": "application/json; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_STRIPE_SIGNATURE": delivery["headers"]["stripe-signature"],
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
        }
        said: list[str] = []
        content = b"".join(app(environ, lambda status, headers, said=said: said.append(status)))
        if not said[0].startswith("200"):
            sys.exit(f"{said[0]}: {content[-2000:]!r}")


main(sys.argv[1])
os._exit(0)
