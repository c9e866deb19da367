"""What stays of a stack whose very first deployment failed, when the next one deletes it."""

from typing import Any

from ops.deploy.stack import delete_stillborn
from ops.deploy.target import Target


class CloudFormation:
    """A roll-back that could not delete what is protected."""

    deleted = False

    def describe_stack_resources(self, **_: str) -> dict[str, Any]:
        kinds = {"Table": "AWS::DynamoDB::Table", "Api": "AWS::ApiGatewayV2::Api"}
        states = {"Table": "DELETE_FAILED", "Api": "DELETE_COMPLETE"}
        made = [
            {"PhysicalResourceId": f"recur-prod-{name}-1", "ResourceType": kinds[name], "ResourceStatus": states[name]} for name in kinds
        ]
        return {"StackResources": made}

    def describe_stack_events(self, **_: str) -> dict[str, Any]:
        return {"StackEvents": []}

    def delete_stack(self, **_: str) -> None:
        self.deleted = True

    def get_waiter(self, name: str) -> "CloudFormation":
        assert name == "stack_delete_complete"
        return self

    def wait(self, **_: Any) -> None:
        assert self.deleted

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": "ROLLBACK_FAILED"}]}


def test_what_the_roll_back_could_not_delete_is_named() -> None:
    """In staging and prod table and users are protected from their first moment, also from a roll-back."""
    cloudformation = CloudFormation()
    target = Target("prod")
    target.__dict__["_clients"]["cloudformation"] = cloudformation
    first, kept = delete_stillborn(target)
    assert cloudformation.deleted
    assert first == "deleted recur-prod, whose first deployment had failed"
    assert kept == "keeps recur-prod-Table-1 (AWS::DynamoDB::Table) of it, empty and nobody's: delete it by hand"
