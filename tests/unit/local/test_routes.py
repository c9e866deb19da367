"""Which route takes a request, by API Gateway's order of precedence."""

import pytest

from local.gateway.routes import Router
from local.template import Route


def router(*keys: str) -> Router:
    routes = [Route("ANY", key, key) if key == "$default" else Route(*key.split(" "), function=key) for key in keys]
    return Router(routes)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/pets/dog/1", "GET /pets/dog/1"),
        ("POST", "/pets/dog/1", "ANY /pets/{proxy+}"),
        ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
        ("GET", "/pets/cat/2", "ANY /pets/{proxy+}"),
        ("GET", "/pets", "$default"),
        ("GET", "/elsewhere", "$default"),
    ],
)
def test_the_most_specific_route_wins(method: str, path: str, expected: str) -> None:
    table = router("$default", "ANY /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1")
    match = table.find(method, path)
    assert match
    assert match.route.function == expected


def test_a_named_method_before_any() -> None:
    table = router("ANY /a", "GET /a")
    assert [match.route.method for method in ("GET", "PUT") if (match := table.find(method, "/a"))] == ["GET", "ANY"]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/a"), ("GET", "/a/"), ("GET", "/A"), ("GET", "/a/b"), ("GET", "/x/"), ("GET", "/x/1/2")]
)
def test_no_route(method: str, path: str) -> None:
    assert router("GET /a", "GET /x/{id}").find(method, path) is None


def test_parameters_are_decoded_one_segment_or_the_rest() -> None:
    match = router("GET /{a}/x/{rest+}").find("GET", "/caf%C3%A9/x/1/2%203")
    assert match
    assert match.parameters == {"a": "café", "rest": "1/2 3"}
