"""How fast the local Stripe is: `python bench/fake_stripe.py [--seconds 5] [--customers 1000]`.

Two figures, each with the floor the project asks for: simple API requests a second over HTTP in one process (300), and the seconds that a
year of monthly renewals for 1,000 customers takes (60). Exits 1 when a floor is missed.
"""

import argparse
import http.client
import json
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from local.fake_stripe.inprocess import InProcess  # noqa: E402

REQUESTS_PER_SECOND = 300
YEAR_SECONDS = 60
HEADERS = {"Authorization": "Bearer sk_test_local", "Content-Type": "application/x-www-form-urlencoded"}


def requests_per_second(seconds: float, clients: int) -> dict[str, float]:
    """Of creates and of retrieves, by `clients` connections at once."""
    process = subprocess.Popen([sys.executable, "-m", "local.fake_stripe", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = urlsplit(process.stdout.readline().split(" on ")[1].split()[0])
    assert address.hostname is not None
    try:
        first = _call(http.client.HTTPConnection(address.hostname, address.port), "POST", "/v1/customers", "email=a@b.c")["id"]
        return {
            "create a customer": _rate(address.hostname, address.port, "POST", "/v1/customers", "email=a@b.c", seconds, clients),
            "retrieve a customer": _rate(address.hostname, address.port, "GET", f"/v1/customers/{first}", "", seconds, clients),
            "list 10 customers": _rate(address.hostname, address.port, "GET", "/v1/customers", "", seconds, clients),
        }
    finally:
        process.terminate()
        process.wait(10)


def _rate(host: str, port: int | None, method: str, path: str, body: str, seconds: float, clients: int) -> float:
    done = [0] * clients
    deadline = time.perf_counter() + seconds

    def work(number: int) -> None:
        connection = http.client.HTTPConnection(host, port)
        while time.perf_counter() < deadline:
            _call(connection, method, path, body)
            done[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.perf_counter() - started)


def _call(connection: http.client.HTTPConnection, method: str, path: str, body: str) -> dict:
    connection.request(method, path, body or None, HEADERS)
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        raise RuntimeError(f"{method} {path}: {response.status}")
    return json.loads(answer)


def year(customers: int) -> tuple[float, int, int]:
    """(seconds, invoices paid, events made) of a year of monthly renewals."""
    stripe = InProcess()
    product = stripe.post("/v1/products", name="Basic")["id"]
    price = stripe.post("/v1/prices", product=product, unit_amount=500, currency="usd", recurring={"interval": "month"})["id"]
    for number in range(customers):
        customer = stripe.post("/v1/customers", email=f"{number}@example.com")["id"]
        card = stripe.post("/v1/payment_methods/pm_card_visa/attach", customer=customer)["id"]
        stripe.post("/v1/subscriptions", customer=customer, items=[{"price": price}], default_payment_method=card)
    started = time.perf_counter()
    stripe.advance(366 * 86_400)
    took = time.perf_counter() - started
    paid = sum(invoice["status"] == "paid" for invoice in stripe.world.table("invoice").rows.values()) - customers
    return took, paid, len(stripe.world.table("event").rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="of load for each kind of request")
    parser.add_argument("--clients", type=int, default=4, help="connections at once")
    parser.add_argument("--customers", type=int, default=1_000)
    options = parser.parse_args()
    rates = requests_per_second(options.seconds, options.clients)
    for name, rate in rates.items():
        print(f"{name:<24} {rate:8.0f} requests/s   (floor {REQUESTS_PER_SECOND})")
    took, paid, events = year(options.customers)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = f"{options.customers} customers, {paid} renewals paid, {events} events, {memory:.0f} MB"
    print(f"{'a year of renewals':<24} {took:8.1f} s            (floor {YEAR_SECONDS} for 1,000; {told})")
    return 0 if min(rates.values()) >= REQUESTS_PER_SECOND and took <= YEAR_SECONDS * options.customers / 1_000 else 1


if __name__ == "__main__":
    sys.exit(main())
