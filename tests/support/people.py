"""A person who uses the product over HTTP, as the site does it for them; and Stripe as its operator sees it."""

import base64
import itertools
import json
from typing import Any

import requests
from stripe import StripeClient

from local.aws.client import AwsClient
from local.stack import LocalStack

Json = dict[str, Any]
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


class Person:
    """Signed up, confirmed and signed in; `post` and `get` call the API with the ID token."""

    def __init__(self, stack: LocalStack, email: str | None = None) -> None:
        self.stack = stack
        self.email = email or f"person{next(_numbers)}@example.com"
        self.http = requests.Session()
        self._cognito("SignUp", Username=self.email, Password=PASSWORD, UserAttributes=[{"Name": "email", "Value": self.email}])
        self._cognito("ConfirmSignUp", Username=self.email, ConfirmationCode="123456")
        self.id_token, self.access_token = self.sign_in(self.email)

    def sign_in(self, email: str) -> tuple[str, str]:
        """ID token and access token."""
        parameters = {"USERNAME": email, "PASSWORD": PASSWORD}
        tokens = self._cognito("InitiateAuth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)["AuthenticationResult"]
        return tokens["IdToken"], tokens["AccessToken"]

    def change_address(self, email: str) -> None:
        """At Cognito, with a page of somebody's own: the site has none for it. It is not confirmed by that."""
        self._cognito("UpdateUserAttributes", AccessToken=self.access_token, UserAttributes=[{"Name": "email", "Value": email}])

    def confirm_address(self) -> None:
        self._cognito("VerifyUserAttribute", AccessToken=self.access_token, AttributeName="email", Code="123456")

    def _cognito(self, operation: str, **body: Any) -> Json:
        cognito = self.stack.config["cognito"]
        headers = {"x-amz-target": f"AWSCognitoIdentityProviderService.{operation}", "content-type": "application/x-amz-json-1.1"}
        answer = self.http.post(cognito["endpoint"], json={"ClientId": cognito["clientId"], **body}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        headers = {"authorization": f"Bearer {self.id_token}"} | options.pop("headers", {})
        # A connection of its own each time: parallel calls of one person are the point of several tests.
        return requests.request(method, self.stack.api_url + path, json=body, headers=headers, timeout=60, **options)

    def post(self, path: str, body: Any = None, status: int = 200) -> Json:
        """The answer's JSON. Fails unless the status is the one expected."""
        answer = self.call("POST", path, {} if body is None else body)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json()

    def get(self, path: str, status: int = 200) -> Json:
        answer = self.call("GET", path)
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json()

    def account(self) -> Json:
        return self.get("/account")

    def subscribe(self, lookup_key: str, card: str = "pm_card_visa", currency: str | None = None) -> Json:
        """The whole way: customer, session, payment; then the account, once all webhooks have arrived."""
        self.post("/create-customer")
        wanted = {"lookupKey": lookup_key} | ({"currency": currency} if currency else {})
        session = self.post("/create-checkout-session", wanted)
        stripe = Stripe(self.stack)
        answer = stripe.pay(session["sessionId"], card)
        assert answer.status_code == 200, answer.text
        stripe.settle()
        return self.account()


class Stripe:
    """The account's owner: the real SDK, and the stand-in's own controls."""

    def __init__(self, stack: LocalStack, version: str | None = None) -> None:
        self.base = stack.stripe_url
        self.key = "sk_test_local"
        self.client = StripeClient(self.key, base_addresses={"api": self.base}, stripe_version=version or stack.stripe.api_version)

    def pay(self, session: str, payment_method: str) -> requests.Response:
        """Confirms a Checkout Session without a browser, as the Stripe CLI's fixtures do."""
        page = requests.get(f"{self.base}/v1/payment_pages/{session}", auth=(self.key, ""), timeout=30).json()
        form = {"payment_method": payment_method, "expected_amount": page["totals"]["total"]}
        return requests.post(f"{self.base}/v1/payment_pages/{session}/confirm", data=form, auth=(self.key, ""), timeout=30)

    def control(self, path: str, body: Any = None, method: str = "POST") -> Json:
        answer = requests.request(method, f"{self.base}/_control/{path}", json=body if method == "POST" else None, timeout=120)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    def settle(self) -> None:
        """Returns when every webhook has been delivered (or given up)."""
        self.control("webhooks/drain")


class Aws:
    """What the functions asked of AWS, and faults for what they ask next (`local/aws/control.py`)."""

    def __init__(self, stack: LocalStack) -> None:
        self.base = stack.aws_url

    def unname_session(self, person: Person) -> None:
        """The person's row as it is while their next Checkout Session is being made: claimed, and without an id yet."""
        token = person.id_token.split(".")[1]
        user = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["sub"]
        row: Any = {"TableName": "recur-local-Table", "Key": {"pk": {"S": f"user#{user}"}}}
        aws = AwsClient(self.base)
        claim = aws.call("dynamodb", "GetItem", **row)["Item"]["checkout"]["M"]
        claim |= {"earlier": {"L": [claim["session"], *claim["earlier"]["L"]]}, "session": {"S": ""}}
        aws.call(
            *("dynamodb", "UpdateItem"), **row, UpdateExpression="SET checkout = :claim", ExpressionAttributeValues={":claim": {"M": claim}}
        )

    def control(self, path: str, body: Any = None, method: str = "POST") -> Json:
        answer = requests.request(method, f"{self.base}/_control/{path}", json=body if method == "POST" else None, timeout=30)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()
