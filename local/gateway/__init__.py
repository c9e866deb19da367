"""HTTP APIs and Function URLs in front of the functions, as AWS would answer."""

from local.gateway.function_url import FunctionUrlGateway
from local.gateway.http_api import HttpApiGateway
from local.gateway.jwt_authorizer import Keys
from local.gateway.payload import function_url_origin, http_api_origin

__all__ = ["FunctionUrlGateway", "HttpApiGateway", "Keys", "function_url_origin", "http_api_origin"]
