"""The static site's answers, as S3 behind CloudFront would give them."""

import gzip
import json
from pathlib import Path

import pytest

from local.http_server import Request, Response
from local.site import Site
from local.template import ErrorPage, SiteDelivery

PAGE = "<!doctype html>" + "<p>text that compresses</p>" * 100
HEADERS = {"content-security-policy": "default-src 'none'", "x-frame-options": "DENY"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "js").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "account.html").write_text("<!doctype html>account")
    (folder / "js" / "app.js").write_text("export {}\n")
    (folder / "logo.png").write_bytes(b"\x89PNG" + bytes(2000))
    (folder / ".hidden").write_text("hidden")
    (folder / ".well-known").mkdir()
    (folder / ".well-known" / "security.txt").write_text("Contact: mailto:you@example.com")
    (folder / ".well-known" / ".hidden").write_text("hidden")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def site(folder: Path) -> Site:
    return Site(folder, {"apiUrl": "http://api"}, SiteDelivery("index.html", HEADERS), port=3000)


def get(site: Site, target: str, method: str = "GET", **headers: str) -> Response:
    pairs = [("host", "127.0.0.1:3000")] + [(name.replace("_", "-"), value) for name, value in headers.items()]
    return site(Request(method, target, pairs, b"", "127.0.0.1"))


def header(response: Response, name: str) -> str | None:
    return dict(response.headers).get(name)


@pytest.mark.parametrize(
    ("target", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/index.html?x=1", "text/html; charset=utf-8"),
        ("/account.html?session_id=cs_1", "text/html; charset=utf-8"),
        ("/js/app.js", "text/javascript"),
        ("/logo.png", "image/png"),
        ("/config.json", "application/json"),
        ("/.well-known/security.txt", "text/plain; charset=utf-8"),
    ],
)
def test_files_have_their_type(site: Site, target: str, content_type: str) -> None:
    response = get(site, target)
    assert (response.status, header(response, "content-type")) == (200, content_type)
    assert {name: header(response, name) for name in HEADERS} == HEADERS


def test_the_config_is_made_not_read(site: Site, folder: Path) -> None:
    (folder / "config.json").write_text("{}")
    assert json.loads(get(site, "/config.json").body) == {"apiUrl": "http://api"}


@pytest.mark.parametrize(
    "target",
    [
        "/nowhere.html",
        "/account",
        "/js",
        "/js/",
        "//index.html",
        "/.hidden",
        "/../secret.txt",
        "/js/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/link.txt",
        "/index.html%00.png",
        "/INDEX.HTML.bak",
    ],
)
def test_what_is_no_object_is_refused_as_s3_does_with_the_sites_headers(site: Site, target: str) -> None:
    response = get(site, target)
    assert response.status == 403
    assert b"<Code>AccessDenied</Code>" in response.body
    assert header(response, "x-frame-options") == "DENY"
    assert b"secret" not in response.body


def test_an_error_page_of_the_template_takes_the_place_of_s3s_answer(folder: Path) -> None:
    site = Site(folder, {}, SiteDelivery("index.html", HEADERS, {403: ErrorPage("/account.html", 404)}), port=3000)
    response = get(site, "/nowhere.html")
    assert (response.status, response.body) == (404, b"<!doctype html>account")
    assert header(response, "x-frame-options") == "DENY"


def test_without_a_root_object_there_is_no_index(folder: Path) -> None:
    assert get(Site(folder, {}, SiteDelivery(), port=3000), "/").status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_the_site_is_for_reading(site: Site, method: str) -> None:
    assert get(site, "/", method).status == 405


def test_head_is_get(site: Site) -> None:
    assert get(site, "/", "HEAD").status == 200


def test_an_unchanged_file_is_not_sent_again_and_a_changed_one_is(site: Site, folder: Path) -> None:
    first = get(site, "/account.html")
    tag, date = header(first, "etag"), header(first, "last-modified")
    assert tag
    assert date
    for conditions in ({"if_none_match": tag}, {"if_none_match": f'"x", W/{tag}'}, {"if_modified_since": date}):
        again = get(site, "/account.html", **conditions)
        assert (again.status, again.body, header(again, "x-frame-options")) == (304, b"", "DENY")
    (folder / "account.html").write_text("<!doctype html>changed")
    assert get(site, "/account.html", if_none_match=tag).status == 200


@pytest.mark.parametrize(
    ("accepted", "compressed"), [("gzip, deflate, br", True), ("gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False), (None, False)]
)
def test_text_is_compressed_for_those_who_take_it(site: Site, accepted: str | None, compressed: bool) -> None:
    response = get(site, "/", **({"accept_encoding": accepted} if accepted else {}))
    assert (header(response, "content-encoding") == "gzip") is compressed
    assert (gzip.decompress(response.body) if compressed else response.body) == PAGE.encode()
    assert header(response, "vary") == "Accept-Encoding"


@pytest.mark.parametrize("target", ["/logo.png", "/js/app.js"])
def test_pictures_and_small_files_are_not_compressed(site: Site, target: str) -> None:
    assert header(get(site, target, accept_encoding="gzip"), "content-encoding") is None


def test_localhost_is_sent_to_the_one_origin(site: Site) -> None:
    response = site(Request("GET", "/account.html?a=1", [("host", "localhost:3000")], b"", "127.0.0.1"))
    assert (response.status, header(response, "location")) == (301, "http://127.0.0.1:3000/account.html?a=1")
