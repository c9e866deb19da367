"""In the place of stripe-python's table of classes: here only lists have one, which knows how to go on to the next page.

What is in an answer is read as JSON (`billing.stripe_api.Answer.data`). Loading a module for each kind of object in it, 150 of 3.6 MB that
may come, would be for nothing, and so would making an object of each part of it: a fifth of a cancellation that is warm.
"""

from typing import Any

from stripe._list_object import ListObject
from stripe._stripe_object import StripeObject


class Shallow(StripeObject):
    """An object of Stripe's whose fields are what the JSON has there. In stripe-python itself each dict in it would be such an object too:
    what is to run with both takes `to_dict()`."""

    def _refresh_from(self, *, values: Any, **rest: Any) -> None:
        if isinstance(values, StripeObject):  # another one's, which it knows how to take over
            super()._refresh_from(values=values, **rest)
        else:
            super()._refresh_from(values={}, **rest)
            self._data.update(values)


def get_object_class(api_mode: str, object_name: str) -> Any:
    return ListObject if object_name == "list" else Shallow
