"""`python -m local`: the whole product on this machine, until Ctrl-C. The ports and Stripe's keys come from the environment."""

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from local.children import ROOT
from local.logs import Log
from local.ports import Ports, PortTaken
from local.stack import LocalStack, StackError
from local.state_file import STATE, remove_state, write_state
from local.stripe_side import StripeSettingsError
from local.template import TemplateError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
            log=Log(quiet=arguments.quiet, file=arguments.state / "log"),
        )
        with stack:
            _watch_template(arguments.template)
            try:
                _announce(stack, arguments.state)
                stack.wait()
            finally:
                remove_state(arguments.state)
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
    parser.add_argument("--quiet", action="store_true", help="print no log lines of functions")
    parser.add_argument(
        "--state", type=Path, default=STATE, help="folder for the log and, once everything answers, state.json with the addresses"
    )
    return parser.parse_args()


def _announce(stack: LocalStack, folder: Path) -> None:
    addresses = {
        "siteUrl": stack.site_url,
        "apiUrl": stack.api_url,
        "webhookUrl": stack.webhook_url,
        "stripeUrl": stack.stripe_url,
        "awsUrl": stack.aws_url,
        "lambdaUrl": stack.lambda_url,
        "functions": [function.logical_id for function in stack.template.functions],
        "config": stack.config,
        **stack.described,
    }
    print("\n".join(_words(stack)), flush=True)
    write_state(addresses, folder)


def _words(stack: LocalStack) -> list[str]:
    if stack.stripe.local:
        card = "4242 4242 4242 4242, any future date, any CVC"
        stripe = f"{stack.stripe_url}   (stand-in: objects, events, deliveries, the clock)"
    else:
        card = "one of Stripe's test cards, e.g. 4242 4242 4242 4242"
        stripe = f"test mode; in another terminal: stripe listen --latest --forward-to {stack.webhook_url}"
    silent = [
        f"Silent    {event.kind} {event.name}; by hand: .venv/bin/python -m local.invoke {function.logical_id} '{event.input}'"
        for function in stack.template.functions
        for event in function.silent_events
    ]
    return [
        "",
        f"Ready     {stack.site_url}",
        "Next      open it, register with any e-mail address, choose a plan and pay",
        "Code      123456 confirms the address (any six digits but 000000; no mail is sent)",
        f"Card      {card}",
        f"Stripe    {stripe}",
        *silent,
        "Stop      Ctrl-C",
        "",
    ]


def _stop(signum: int, frame: FrameType | None) -> None:
    # Once is enough: a second one must not interrupt the clearing up.
    for name in _SIGNALS:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def _watch_template(template: Path) -> None:
    """Code is read anew at the next request, the template only at start: say so when it is edited."""
    seen = template.stat().st_mtime_ns

    def watch() -> None:
        while template.exists() and template.stat().st_mtime_ns == seen:
            time.sleep(1)
        print(f"{template.name} has changed: start again to use it", file=sys.stderr, flush=True)

    threading.Thread(target=watch, name="template", daemon=True).start()


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
