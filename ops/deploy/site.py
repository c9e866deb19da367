"""The static site in its bucket, and CloudFront told to forget the old one.

Only what differs is uploaded; what the site no longer has is removed last. config.json is written after all other files whenever
anything changes, and thereby loses its tags. The tag that CloudFront was asked to forget the old site is put on it afterwards: as long
as it is not there that is still owed, also when the one who uploaded died before asking.
"""

import uuid
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.site_content import CACHE_CONTROL, CONFIG_FILE, config_body, content_type, etag, is_hidden, site_config
from ops.deploy.stopped import Stopped
from ops.deploy.target import Target

AT_ONCE = 8
DELETED_AT_ONCE = 1000
"""What `delete_objects` takes."""
INVALIDATION = "invalidation"
"""The tag's key; its value is the invalidation's id."""


@dataclass(frozen=True)
class File:
    """A file as it lies in the bucket."""

    key: str
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """boto3's names for what S3 answers with."""
        return {"ContentType": content_type(self.key), "CacheControl": CACHE_CONTROL}


@dataclass(frozen=True)
class Changes:
    """`uploaded` in the order of uploading: pages after what they refer to."""

    uploaded: list[File]
    removed: list[str]

    @property
    def words(self) -> list[str]:
        return [f"upload {file.key}" for file in self.uploaded] + [f"remove {key}" for key in self.removed]


def preview(target: Target) -> list[str]:
    bucket = target.outputs.get("SiteBucketName")
    if bucket is None:
        return [f"upload {len(files(target.project / 'static_site'))} files and {CONFIG_FILE}"]
    return changes(target.client("s3"), bucket, wanted(target)).words


def run(target: Target) -> list[str]:
    bucket, s3 = target.output("SiteBucketName"), target.client("s3")
    todo = changes(s3, bucket, wanted(target))
    if not todo.uploaded and not todo.removed:
        return []

    def put(file: File) -> None:
        s3.put_object(Bucket=bucket, Key=file.key, Body=file.body, **file.headers)

    *pages, config = _ordered(todo.uploaded, config_of(target))
    parts = [each for each in pages if not each.key.endswith(".html")]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(put, parts))
        list(pool.map(put, [each for each in pages if each.key.endswith(".html")]))
    put(config)
    for start in range(0, len(todo.removed), DELETED_AT_ONCE):
        delete(s3, bucket, [{"Key": key} for key in todo.removed[start : start + DELETED_AT_ONCE]])
    return [f"{len(todo.uploaded)} uploaded, {len(todo.removed)} removed"]


def delete(s3: Any, bucket: str, objects: list[dict[str, str]]) -> None:
    """`DELETED_AT_ONCE` at most. Raises `Stopped`: S3 answers 200, and what it did not delete is in the body."""
    failed = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors", [])
    if failed:
        first, more = failed[0], f" and {len(failed) - 1} more" if failed[1:] else ""
        why = f"{first.get('Code')}, {first.get('Message')}"
        raise Stopped(f"S3 did not delete {first.get('Key')}{more} from {bucket}: {why}. Is there a policy or a lock?")


def _ordered(uploaded: Iterable[File], config: File) -> list[File]:
    return [*(file for file in uploaded if file.key != CONFIG_FILE), config]


def invalidate(target: Target) -> list[str]:
    """Asks CloudFront to forget everything, if it was not asked since the site changed."""
    if not owed(target):
        return []
    cloudfront = target.client("cloudfront")
    batch: Any = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": f"recur-{uuid.uuid4().hex}"}
    asked = cloudfront.create_invalidation(DistributionId=target.output("DistributionId"), InvalidationBatch=batch)["Invalidation"]["Id"]
    tags: Any = {"TagSet": [{"Key": INVALIDATION, "Value": asked}]}
    target.client("s3").put_object_tagging(Bucket=target.output("SiteBucketName"), Key=CONFIG_FILE, Tagging=tags)
    return ["asked CloudFront to forget the old site"]


def preview_invalidation(target: Target) -> list[str]:
    if "DistributionId" not in target.outputs or preview(target) or owed(target):
        return ["invalidate /*"]
    return []


def owed(target: Target) -> bool:
    tags = target.client("s3").get_object_tagging(Bucket=target.output("SiteBucketName"), Key=CONFIG_FILE)["TagSet"]
    return all(tag["Key"] != INVALIDATION for tag in tags)


# ------------------------------------------------------------------------------------------------------- what differs


def wanted(target: Target) -> list[File]:
    return [*files(target.project / "static_site"), config_of(target)]


def files(folder: Path) -> list[File]:
    """All but what is hidden, by key."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    keys = [(path, path.relative_to(folder).as_posix()) for path in found]
    return [File(key, path.read_bytes()) for path, key in keys if not is_hidden(key)]


def config_of(target: Target) -> File:
    region = target.region
    config = site_config(
        api_url=target.output("ApiUrl"),
        region=region,
        publishable_key=target.keys.publishable,
        script_url=target.release.stripe_js,
        cognito_endpoint=f"https://cognito-idp.{region}.amazonaws.com/",
        client_id=target.output("UserPoolClientId"),
    )
    return File(CONFIG_FILE, config_body(config))


def changes(s3: Any, bucket: str, wanted: list[File]) -> Changes:
    """What to upload and remove so that the bucket holds `wanted` and nothing else: bytes, type and cache header."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    there: dict[str, str] = {each["Key"]: each["ETag"] for page in pages for each in page.get("Contents", [])}

    def differs(file: File) -> bool:
        if there.get(file.key) != etag(file.body):
            return True
        return any(_head(s3, bucket, file.key).get(name) != value for name, value in file.headers.items())

    with ThreadPoolExecutor(AT_ONCE) as pool:
        different = [file for file, is_different in zip(wanted, pool.map(differs, wanted), strict=True) if is_different]
    return Changes(different, sorted(there.keys() - {file.key for file in wanted}))


def _head(s3: Any, bucket: str, key: str) -> dict[str, Any]:
    try:
        return s3.head_object(Bucket=bucket, Key=key)
    except ClientError:  # removed just now, or not to be read: it is uploaded anew
        return {}
