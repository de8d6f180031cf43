"""The few plain pages that people see who follow a link in a mail."""

from html import escape
from typing import Final

from pomelo.api.answers import Raw

HEADERS: Final = (
    ("cache-control", "no-store"),
    ("x-robots-tag", "noindex"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    ),
)
PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 18px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1rem;
  color: #222; background: #fff }}
button {{ font: inherit; padding: .6rem 1.4rem; border: 0; border-radius: .4rem; color: #fff;
  background: #1a5fb4; cursor: pointer }}
button:focus-visible {{ outline: 3px solid #99c1f1 }}
@media (prefers-color-scheme: dark) {{ body {{ color: #eee; background: #1e1e1e }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{text}</p>
{form}</body>
</html>
"""
FORM: Final = '<form method="post"><button type="submit">{button}</button></form>\n'


def page(status: int, title: str, text: str, *, button: str = "") -> Raw:
    """Make a page; with a button it holds a form that posts to its own address."""
    form = FORM.format(button=escape(button)) if button else ""
    body = PAGE.format(title=escape(title), text=escape(text), form=form)
    return Raw(body.encode(), "text/html; charset=utf-8", HEADERS, status=status)
