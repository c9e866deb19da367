"""`python -m local`: the whole product on this machine, until Ctrl-C. The ports and Stripe's keys come from the environment."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from local.logs import Log
from local.ports import Ports, PortTaken
from local.stack import ROOT, LocalStack, StackError
from local.stripe_side import StripeSettingsError
from local.template import TemplateError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOG_FILE = ROOT / ".cache" / "local.log"


def main() -> int:
    arguments = _arguments()
    for name in _SIGNALS:
        signal.signal(name, _stop)
    _follow_parent()
    try:
        stack = LocalStack(
            ports=Ports.from_environment(),
            template=arguments.template,
            release=arguments.release,
            with_stripe=not arguments.without_stripe,
            log=Log(quiet=arguments.quiet, file=_LOG_FILE),
        )
        with stack:
            _announce(stack, arguments.ready_file)
            stack.wait()
    except KeyboardInterrupt:
        return 130
    except (PortTaken, StackError, StripeSettingsError, TemplateError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--release", help="Stripe's release: endive (default) or clover, or the whole version; also STRIPE_API_VERSION")
    parser.add_argument(
        "--template", type=Path, default=ROOT / "template.yaml", help="e.g. .aws-sam/build/template.yaml, to run what was built"
    )
    parser.add_argument("--without-stripe", action="store_true", help="start no Stripe, for a template that knows none")
    parser.add_argument("--quiet", action="store_true", help=f"print no log lines of functions (they are in {_LOG_FILE.relative_to(ROOT)})")
    parser.add_argument("--ready-file", type=Path, help="write the addresses there as JSON once everything answers")
    return parser.parse_args()


def _announce(stack: LocalStack, ready_file: Path | None) -> None:
    addresses = {
        "siteUrl": stack.site_url,
        "apiUrl": stack.api_url,
        "webhookUrl": stack.webhook_url,
        "stripeUrl": stack.stripe_url,
        "awsUrl": stack.aws_url,
        "config": stack.config,
    }
    if stack.stripe.local:
        payment = "Card      4242 4242 4242 4242, any future date, any CVC"
        stripe = f"Stripe    {stack.stripe_url}   (stand-in: objects, events, deliveries, the clock)"
    else:
        payment = "Card      Stripe's test cards, e.g. 4242 4242 4242 4242"
        stripe = f"Stripe    test mode; in another terminal: stripe listen --latest --forward-to {stack.webhook_url}"
    lines = [
        "",
        f"Ready     {stack.site_url}",
        "Next      open it, register with any e-mail address, choose a plan and pay",
        "Code      123456 confirms the address (any six digits but 000000; no mail is sent)",
        payment,
        stripe,
        "Stop      Ctrl-C",
        "",
    ]
    print("\n".join(lines), flush=True)
    if ready_file:
        # Written whole or not at all: whoever waits for the file reads it at once.
        temporary = ready_file.with_suffix(".tmp")
        temporary.write_text(json.dumps(addresses))
        temporary.replace(ready_file)


def _stop(signum: int, frame: FrameType | None) -> None:
    # Once is enough: a second one must not interrupt the clearing up.
    for name in _SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def _follow_parent() -> None:
    """Ends this process when its parent does (make, a test runner), as a terminal's Ctrl-C would."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
