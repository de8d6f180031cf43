"""What the reference says before its first operation."""

from typing import Any, Final

INTRODUCTION: Final = """An open, self-hosted sales-outreach server that speaks the lemlist API.

Authenticate with HTTP Basic, an empty user name and the API key as password, or with the
query parameter `access_token`. By default a key may make 20 requests in any 2 seconds; every
answer carries `Retry-After`, `X-RateLimit-Limit`, `X-RateLimit-Remaining` and
`X-RateLimit-Reset`. Errors are sentences in plain text unless an operation says otherwise."""
SECURITY: Final[dict[str, Any]] = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The API key as password; the user name is empty.",
    },
    "access_token": {"type": "apiKey", "in": "query", "name": "access_token"},
}
