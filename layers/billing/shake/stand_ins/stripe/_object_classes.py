"""In the place of stripe-python's table of classes: here only lists have one, which knows how to go on to the next page.

What is in an answer is read as JSON (`billing.stripe_api.Answer.data`). Loading a module for each kind of object in it, 150 of 3.6 MB that
may come, would be for nothing.
"""

from typing import Any

from stripe._list_object import ListObject
from stripe._stripe_object import StripeObject


def get_object_class(api_mode: str, object_name: str) -> Any:
    return ListObject if object_name == "list" else StripeObject
