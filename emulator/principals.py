"""Who calls: the bearer token's text is the principal."""

from __future__ import annotations

import grpc

from emulator.calls import Caller

# What Google's Firestore clients send to an emulator where they have no token.
NOBODY = "owner"


def caller_of_headers(headers: dict[str, str], default: str, ip: str = "127.0.0.1") -> Caller:
    """The caller of an HTTP request, from its headers in lower case."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    named = token.strip() if scheme.lower() == "bearer" else ""
    named = "" if named == NOBODY else named
    agent = (
        headers.get("x-goog-api-client", "")
        if not headers.get("user-agent")
        else headers["user-agent"]
    )
    return Caller(principal=named or default, user_agent=agent, ip=ip)


def caller_of_context(context: grpc.ServicerContext, default: str) -> Caller:
    """The caller of a gRPC request."""
    metadata = {key: str(value) for key, value in context.invocation_metadata() or ()}
    return caller_of_headers(metadata, default)
