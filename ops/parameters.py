"""What a stage keeps in SSM Parameter Store: Stripe's keys and the webhook's signing secrets.

/recur/<stage>/stripe/secret-key        SecureString  what the functions call Stripe with
/recur/<stage>/stripe/webhook-secret    SecureString  one secret, or two with white space between while they rotate
/recur/<stage>/stripe/publishable-key   String        for the site's config.json
/recur/<stage>/stripe/deploy-key        SecureString  only if the functions' key may not write the catalogue and webhook endpoints
"""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from types_boto3_ssm import SSMClient

Name = Literal["secret-key", "webhook-secret", "publishable-key", "deploy-key"]
NAMES: tuple[Name, ...] = ("secret-key", "webhook-secret", "publishable-key", "deploy-key")


def path(stage: str, name: Name) -> str:
    return f"/recur/{stage}/stripe/{name}"


class Parameters:
    """The parameters of one stage. Reading and writing raises what boto3 raises."""

    def __init__(self, ssm: "SSMClient", stage: str) -> None:
        self._ssm = ssm
        self._stage = stage

    @property
    def region(self) -> str:
        return self._ssm.meta.region_name

    def path(self, name: Name) -> str:
        return path(self._stage, name)

    def get(self, name: Name) -> str | None:
        """Without white space around it; None when there is none."""
        try:
            value = self._ssm.get_parameter(Name=self.path(name), WithDecryption=True)["Parameter"].get("Value", "")
        except self._ssm.exceptions.ParameterNotFound:
            return None
        return value.strip() or None

    def modified(self, name: Name) -> int | None:
        """Unix seconds of the last change; None when there is no value."""
        if self.get(name) is None:
            return None
        found = self._ssm.get_parameter(Name=self.path(name))["Parameter"].get("LastModifiedDate")
        return int(found.timestamp()) if found else None

    def put(self, name: Name, value: str) -> None:
        kind = "String" if name == "publishable-key" else "SecureString"
        self._ssm.put_parameter(Name=self.path(name), Value=value, Type=kind, Overwrite=True)

    def delete(self, name: Name) -> bool:
        """Whether it was there."""
        return bool(self._ssm.delete_parameters(Names=[self.path(name)]).get("DeletedParameters"))

    def there(self) -> list[str]:
        """The paths of those that exist."""
        answer = self._ssm.get_parameters(Names=[self.path(name) for name in NAMES])
        return sorted(each.get("Name", "") for each in answer["Parameters"])

    def delete_all(self) -> list[str]:
        """The paths of those that were there."""
        answer = self._ssm.delete_parameters(Names=[self.path(name) for name in NAMES])
        return sorted(answer.get("DeletedParameters", []))

    def webhook_secrets(self) -> list[str]:
        return (self.get("webhook-secret") or "").split()

    def put_webhook_secrets(self, secrets: list[str]) -> None:
        self.put("webhook-secret", "\n".join(secrets))
