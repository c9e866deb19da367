"""The table, as pynamodb sees it. One model for all kinds of item, since each model would open a client of its own.

pk                     holds
user#<Cognito sub>     customer, customer_claimed_at, parts {key: Part}, checkout {...}; one GetItem answers "may this user ...?"
                       while the user is being deleted also deleting_at; afterwards nothing but deleted_at and expires_at: a tombstone
customer#<cus_...>     user: whose customer this is; written once, never changed, gone with the customer
catalogue              plans [...], fees [...], fetched_at: the catalogue as last fetched from Stripe
job#<name>             progress {...}, lease, lease_until: how far a long job got, and who is at it; ended {...}: how the last one went
"""

from typing import Any

from pynamodb.attributes import ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import base
from pynamodb.models import Model

from billing import aws
from billing.settings import settings

base.get_session = aws.session  # pyright: ignore[reportPrivateImportUsage]


class _TableName:
    """Reads the table's name when pynamodb first asks, so that importing this module reads no environment."""

    def __get__(self, instance: object, owner: type) -> str:
        return settings.table_name


class Item(Model):
    class Meta:  # pyright: ignore[reportIncompatibleVariableOverride] - pynamodb fills in the rest
        table_name = _TableName()
        # botocore waits up to 2^n s before the n-th retry: with two of them a throttled call gives up within 3 s, a silent one within
        # 15, and there is time left to say so. Then the browser, or Stripe, asks again.
        connect_timeout_seconds = 1
        read_timeout_seconds = 3
        max_retry_attempts = 2

    pk = UnicodeAttribute(hash_key=True)

    customer = UnicodeAttribute(null=True)
    customer_claimed_at = NumberAttribute(null=True)
    parts: MapAttribute[str, Any] = MapAttribute(null=True)
    checkout: MapAttribute[str, Any] = MapAttribute(null=True)
    deleting_at = NumberAttribute(null=True)
    deleted_at = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    """DynamoDB removes the item some time after this (TimeToLive in template.yaml)."""

    user = UnicodeAttribute(null=True)

    plans: ListAttribute[Any] = ListAttribute(null=True)
    fees: ListAttribute[Any] = ListAttribute(null=True)
    fetched_at = NumberAttribute(null=True)

    progress: MapAttribute[str, Any] = MapAttribute(null=True)
    ended: MapAttribute[str, Any] = MapAttribute(null=True)
    lease = UnicodeAttribute(null=True)
    lease_until = NumberAttribute(null=True)


def user_pk(user: str) -> str:
    return f"user#{user}"


def user_of_pk(pk: str) -> str:
    return pk.removeprefix("user#")


def customer_pk(customer: str) -> str:
    return f"customer#{customer}"


def job_pk(job: str) -> str:
    return f"job#{job}"


CATALOGUE_PK = "catalogue"
