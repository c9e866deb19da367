"""The webhook of a Flask server as Stripe's own samples have it, for comparison: it verifies and parses, and stores nothing.

`flask_sample.py EVENTS.json`, by .venv-bench's Python.
"""

import json
import os
import sys

import stripe
from deliveries import deliver
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
    deliver(app, "/webhook", deliveries)


main(sys.argv[1])
os._exit(0)
