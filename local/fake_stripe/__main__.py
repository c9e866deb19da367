"""`python -m local.fake_stripe`: the stand-in alone, for any Stripe SDK."""

import argparse
import importlib
import os
import sys
import threading

from .contract import default_contract
from .server.app import App, Static
from .server.http import Server
from .server.keys import KeyRing
from .world import World

TICK = 0.25


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.fake_stripe", description="A local stand-in for Stripe's subscriptions API.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("STRIPE_PORT", "12111")), help="0 lets the system choose")
    parser.add_argument("--seed", type=int, default=0, help="decides every id")
    parser.add_argument("--secret-key", default="sk_test_local")
    parser.add_argument("--publishable-key", default="pk_test_local")
    return parser.parse_args(argv)


def static_files() -> Static:
    """What the Stripe.js stand-in and the console serve; each is optional."""
    files: Static = {}
    for name in ("elements", "console"):
        try:
            files.update(importlib.import_module(f"{__package__}.{name}").ROUTES)
        except ModuleNotFoundError as error:
            if error.name != f"{__package__}.{name}":
                raise
    return files


def make_server(
    port: int, *, seed: int = 0, secret_key: str = "sk_test_local", publishable_key: str = "pk_test_local"
) -> tuple[Server, App]:
    """The server, bound but not yet serving."""
    world = World(seed=seed)
    app = App(world, KeyRing(secret_key, publishable_key), static=static_files())
    server = Server(app, port)
    world.base_url = f"http://127.0.0.1:{server.server_port}"
    return server, app


def tick(app: App, stopped: threading.Event) -> None:
    """Lets due things happen while nobody asks."""
    while not stopped.wait(TICK):
        due = app.world.timeline.next_due()
        if due is not None and due <= app.world.now():
            app.world.run_due()


def main() -> int:
    options = arguments()
    try:
        default_contract()
    except RuntimeError as error:
        print(f"fake Stripe: {error}", file=sys.stderr)
        return 1
    try:
        server, app = make_server(options.port, seed=options.seed, secret_key=options.secret_key, publishable_key=options.publishable_key)
    except OSError as error:
        print(f"fake Stripe: cannot listen on 127.0.0.1:{options.port}: {error.strerror}", file=sys.stderr)
        return 1
    stopped = threading.Event()
    threading.Thread(target=tick, args=(app, stopped), daemon=True).start()
    print(f"fake Stripe ready on {app.world.base_url} (secret key {options.secret_key})", flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    except KeyboardInterrupt:
        pass
    finally:
        stopped.set()
        app.close()
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
