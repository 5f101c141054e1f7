"""The least that functions-framework can serve: what a function costs before it does anything."""

import functions_framework
from flask import Request


@functions_framework.http
def hello(_: Request) -> str:
    """Answer anything."""
    return "ok"
