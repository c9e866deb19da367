"""The step between the table's stream and the event bus: a batch of stream records in, the events they mean out.

An EventBridge Pipe calls it (template.yaml, ChangesPipe), and puts on the bus what it returns: `type` becomes the event's
detail type, `time` its time, the whole of it the detail. An empty list tells nobody anything.
"""

from billing.cause import begin, correlation_id
from billing.changes import events_of
from billing.errors import Misconfigured
from billing.log import logger
from billing.shapes import Json

MOST = 10
"""Events an event bus takes at once. Of a longer list Pipes delivers none at all (EventBridge user guide, "Pipes batching")."""


def handler(records: list[Json], context: object) -> list[Json]:
    """Lambda handler of a Pipe's enrichment."""
    invoked = getattr(context, "aws_request_id", "")
    begin(invoked, "changes", context)
    events = [event for record in records for event in events_of(record)]
    if len(events) > MOST:
        raise Misconfigured(f"{len(events)} events of {len(records)} records, where a bus takes {MOST}: lower the Pipe's BatchSize")
    for event in events:
        begin(correlation_id(event["cause"] or invoked))
        logger().info("Told", extra={name: event[name] for name in ("type", "user", "customer")} | {"event": event["id"]})
    return events
