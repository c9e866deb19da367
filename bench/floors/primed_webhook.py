"""The floor of a restored webhook: all that may be done before the snapshot is done when this is imported."""

import aws

import webhook

aws.tls()
aws.secret("STRIPE_WEBHOOK_SECRET_PARAMETER")
for service in ("dynamodb", "ssm"):
    aws.connection(service).close()  # a connection does not outlive a snapshot: the first event opens its own

handler = webhook.handler
