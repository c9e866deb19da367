"""`make deploy` against moto and the local Stripe: from nothing, again, and after whoever deployed died anywhere."""

import pytest

from billing.events import HANDLERS
from billing.release import NEWEST
from ops.deploy import site, webhook
from ops.deploy.steps import DEPLOY, DESTROY, perform
from ops.deploy.stopped import Stopped
from tests.integration.deploy.cloud import PAGES, PUBLISHABLE_KEY, SECRET_KEY, Cloud, Died, watched

KEPT_AT_THE_EDGE = "public, max-age=0, must-revalidate, s-maxage=31536000"
"""By CloudFront for a year, unless it is told to forget it; by browsers not without asking."""


def test_from_nothing(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    perform(DEPLOY, cloud.target())
    state = cloud.state()
    assert state["keys"] == (SECRET_KEY, PUBLISHABLE_KEY)
    assert state["endpoint"] == {
        "url": cloud.local.webhook_url,
        "status": "enabled",
        "enabled_events": sorted(HANDLERS),
        "api_version": NEWEST,
    }
    assert state["prices"] == [("basic_monthly", 500), ("premium_monthly", 1500)]
    assert {key: kinds[1:] for key, kinds in state["site"].items()} == {
        "index.html": ("text/html; charset=utf-8", KEPT_AT_THE_EDGE),
        "404.html": ("text/html; charset=utf-8", KEPT_AT_THE_EDGE),
        "css/base.css": ("text/css", KEPT_AT_THE_EDGE),
        "js/http.js": ("text/javascript", KEPT_AT_THE_EDGE),
        "img/favicon.svg": ("image/svg+xml", KEPT_AT_THE_EDGE),
        "config.json": ("application/json", KEPT_AT_THE_EDGE),
    }
    assert cloud.invalidations() == 1
    said = capsys.readouterr().out
    assert [line.split()[:2] for line in said.splitlines() if line[0] == "✓"] == [["✓", step.name] for step in DEPLOY]
    assert "whsec_" not in said
    assert SECRET_KEY not in said


def test_sam_is_told_the_sites_address_in_a_second_pass(cloud: Cloud) -> None:
    perform(DEPLOY, cloud.target())
    build, first, second = cloud.sam_calls
    assert build[0] == "build"
    assert first[:5] == ["deploy", "--config-env", "dev", "--region", "eu-west-1"]
    assert 'SiteUrl=""' in first
    assert f'SiteUrl="{cloud.cdn.url}"' in second
    assert {'PastDueGraceDays="7"', 'Stage="dev"', 'ReconcileSchedule="rate(5 minutes)"'} <= set(first) & set(second)
    releases = {each for call in (first, second) for each in call if each.startswith("Release=")}
    assert len(releases) == 2
    perform(DEPLOY, cloud.target())
    assert cloud.sam_calls[3:] == [build, second]


def test_again_changes_nothing(cloud: Cloud) -> None:
    perform(DEPLOY, cloud.target())
    before, changed = cloud.state(), list[str]()
    with watched(changed.append):
        perform(DEPLOY, cloud.target(keys=False))
    assert changed == []
    assert cloud.state() == before
    assert cloud.invalidations() == 1


def test_only_what_differs_is_uploaded_and_removed(cloud: Cloud) -> None:
    perform(DEPLOY, cloud.target())
    pages = cloud.project / "static_site"
    (pages / "index.html").write_text("<title>New</title>")
    (pages / "img" / "favicon.svg").unlink()
    changed: list[str] = []
    with watched(changed.append):
        perform(DEPLOY, cloud.target())
    # The page, config.json as the mark of a new site, the file that went, and CloudFront.
    assert changed == ["PutObject", "PutObject", "DeleteObjects", "CreateInvalidation", "PutObjectTagging"]
    assert cloud.invalidations() == 2
    assert sorted(cloud.objects()) == sorted({*PAGES, "config.json"} - {"img/favicon.svg"})


def test_what_is_well_known_is_uploaded_and_what_is_hidden_is_not(cloud: Cloud) -> None:
    for hidden in (".well-known/security.txt", ".well-known/.swp", ".git/config", "js/.well-known/security.txt"):
        file = cloud.project / "static_site" / hidden
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Contact: mailto:you@example.com")
    perform(DEPLOY[:7], cloud.target())
    assert sorted(cloud.objects()) == sorted({*PAGES, "config.json", ".well-known/security.txt"})


def test_what_s3_does_not_delete_is_an_error(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers 200, and says so in the body."""
    perform(DEPLOY[:7], cloud.target())
    for page in ("404.html", "css/base.css"):
        (cloud.project / "static_site" / page).unlink()
    refused = [{"Key": key, "Code": "AccessDenied", "Message": "Access Denied"} for key in ("404.html", "css/base.css")]
    monkeypatch.setattr(cloud.target().client("s3"), "delete_objects", lambda **_: {"Errors": refused})
    with pytest.raises(Stopped, match=r"^site: S3 did not delete 404\.html and 1 more from .*: AccessDenied, Access Denied"):
        perform(DEPLOY[:7], cloud.target())
    with pytest.raises(Stopped, match=r"^site: S3 did not delete 404\.html"):
        perform(DESTROY, cloud.target(command="destroy"))
    assert cloud.target().stack


def test_more_is_removed_than_s3_takes_at_once(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    perform(DEPLOY[:7], cloud.target())
    for page in ("404.html", "css/base.css", "js/http.js"):
        (cloud.project / "static_site" / page).unlink()
    monkeypatch.setattr(site, "DELETED_AT_ONCE", 2)
    changed: list[str] = []
    with watched(changed.append):
        perform(DEPLOY[:7], cloud.target())
    assert changed.count("DeleteObjects") == 2
    assert sorted(cloud.objects()) == ["config.json", "img/favicon.svg", "index.html"]


def test_a_file_of_another_type_is_mended(cloud: Cloud) -> None:
    perform(DEPLOY, cloud.target())
    before = cloud.state()
    s3 = cloud.target().client("s3")
    body = (cloud.project / "static_site" / "js" / "http.js").read_bytes()
    s3.put_object(Bucket=cloud.target().outputs["SiteBucketName"], Key="js/http.js", Body=body, ContentType="text/plain")
    perform(DEPLOY, cloud.target())
    assert cloud.state() == before


def test_another_grace_is_another_release(cloud: Cloud) -> None:
    perform(DEPLOY, cloud.target())
    before = cloud.state()["parameters"]
    config = cloud.project / "samconfig.toml"
    config.write_text(config.read_text().replace("PastDueGraceDays=7", "PastDueGraceDays=9"))
    perform(DEPLOY, cloud.target())
    after = cloud.state()["parameters"]
    assert {name for name in before if before[name] != after[name]} == {"PastDueGraceDays", "Release"}


def test_another_release_of_stripe_is_another_endpoint(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    perform(DEPLOY, cloud.target())
    (old,) = cloud.endpoints()
    accepted: list[int] = []
    monkeypatch.setattr(webhook, "settle", lambda: accepted.append(len(cloud.observer.parameters.webhook_secrets())))
    config = cloud.project / "samconfig.toml"
    config.write_text(config.read_text().replace("PastDueGraceDays=7", "StripeApiVersion=2025-09-30.clover"))
    perform(DEPLOY, cloud.target())
    assert cloud.state()["endpoint"]["api_version"] == "2025-09-30.clover"
    assert cloud.endpoints()[0]["id"] != old["id"]
    assert accepted == [2]


@pytest.mark.parametrize("steps", [2, 4, 7], ids=["keys", "stack", "site"])
def test_whoever_died_between_two_steps(cloud: Cloud, steps: int) -> None:
    perform(DEPLOY[:steps], cloud.target())
    perform(DEPLOY, cloud.target())
    state = cloud.state()
    assert state["site"].keys() == {*PAGES, "config.json"}
    assert state["parameters"]["SiteUrl"] == cloud.cdn.url
    assert cloud.invalidations() == 1
    again_changes_nothing(cloud)


def again_changes_nothing(cloud: Cloud) -> None:
    changed: list[str] = []
    with watched(changed.append):
        perform(DEPLOY, cloud.target(keys=False))
    assert changed == []


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_whoever_died_at_any_change(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Before each call that changes anything, at AWS or Stripe, in one deployment after the other (which changes nothing in its last
    step, the smoke check)."""
    changes: list[str] = []
    with watched(changes.append):
        perform(DEPLOY[:-1], cloud.target())
    wanted = {**cloud.state(), "endpoint": None}
    assert len(changes) > 20
    for last in range(len(changes)):
        fresh = Cloud(cloud.local, cloud.cdn, tmp_path_factory.mktemp("clone"))
        die_at(fresh, last)
        perform(DEPLOY[:-1], fresh.target())
        assert {**fresh.state(), "endpoint": None} == wanted, changes[last]
        assert fresh.invalidations() >= 1, changes[last]


def die_at(cloud: Cloud, last: int) -> None:
    count = iter(range(10_000))

    def dying(name: str) -> None:
        if next(count) >= last:
            raise Died(name)

    with watched(dying), pytest.raises(Died):
        perform(DEPLOY[:-1], cloud.target())
