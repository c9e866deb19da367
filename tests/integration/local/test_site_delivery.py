"""The site over HTTP, with the fixture's headers."""

import http.client

from local.stack import LocalStack
from tests.integration.local.support import call


def test_the_page_comes_with_the_templates_headers_for_local_addresses(stack: LocalStack) -> None:
    answer = call(stack.site_url)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"] == f"connect-src {stack.api_url} {stack.aws_url}"
    assert answer.headers["x-frame-options"] == "DENY"


def test_head_has_the_length_and_no_body(stack: LocalStack) -> None:
    answer = call(stack.site_url, "HEAD")
    assert answer.body == b""
    assert int(answer.headers["content-length"]) > 0


def test_paths_do_not_leave_the_folder(stack: LocalStack) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", stack.ports.site)
    for target in ("/../template.yaml", "/%2e%2e/template.yaml", "/..%2ftemplate.yaml"):
        connection.request("GET", target)
        response = connection.getresponse()
        assert (response.status, b"AWSTemplate" in response.read()) == (403, False)
    connection.close()
