"""`/_control/…`: the stand-in's own switches for tests and for whoever develops. JSON in, JSON out, no key; see README.md."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from ..errors import StripeError
from ..server.messages import Request, Response, json_response
from . import routes

if TYPE_CHECKING:
    from ..server.app import App

Action = Callable[["App", dict], object]


class Control:
    """Finds the action of a control call. Wrong input gets 400 `{"error": {"message"}}`."""

    def __init__(self, app: "App"):
        self._app = app

    def handle(self, request: Request) -> Response:
        action = routes.ACTIONS.get((request.method, request.path))
        if action is None:
            known = sorted(f"{method} {path}" for method, path in routes.ACTIONS)
            return json_response(404, {"error": {"message": f"No such control. Known: {', '.join(known)}"}})
        try:
            given = dict(parse_qsl(request.query))
            if request.body:
                body = json.loads(request.body)
                if not isinstance(body, dict):
                    raise ValueError("the body must be a JSON object")
                given.update(body)
            return json_response(200, action(self._app, given), {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"})
        except (ValueError, KeyError, TypeError) as error:
            text = f"missing {error}" if isinstance(error, KeyError) else str(error)
            return json_response(400, {"error": {"message": text}})
        except StripeError as error:
            return json_response(error.status, error.body())
