"""What botocore.client and botocore.waiter take from here becomes the `__doc__` of a client's methods."""

from typing import Any


class ClientMethodDocstring:
    def __init__(self, **_: Any) -> None:
        pass


class PaginatorDocstring(ClientMethodDocstring):
    pass


class WaiterDocstring(ClientMethodDocstring):
    pass
