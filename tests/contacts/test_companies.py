"""Whom a person works for."""

import pytest

from pomelo.base.addresses import parse
from pomelo.contacts import company_of


@pytest.mark.parametrize(
    ("email", "named", "company"),
    [
        ("a@hooli.com", None, "hooli.com"),
        ("a@Mail.Hooli.COM", None, "hooli.com"),
        ("a@sales.hooli.co.uk", None, "hooli.co.uk"),
        ("a@xn--bcher-kva.example", None, "xn--bcher-kva.example"),
        ("a@bücher.example", None, "xn--bcher-kva.example"),
        ("a@gmail.com", None, ""),
        ("a@yahoo.co.uk", None, ""),
        ("a@mail.ru", None, ""),
        ("a@gmail.com", "hooli.com", "hooli.com"),
        ("a@hooli.com", "https://www.hoolixyz.com/about?x=1", "hoolixyz.com"),
        ("a@hooli.com", " WWW.Hooli.co.uk. ", "hooli.co.uk"),
        ("a@hooli.com", "Hooli Inc", "hooli.com"),
        ("a@hooli.com", "10.0.0.1", "hooli.com"),
        ("a@hooli.com", "http://[::1", "hooli.com"),
        ("a@hooli.com", "", "hooli.com"),
        ("a@hooli.com", {"name": "Hooli"}, "hooli.com"),
        ("a@hooli.com", "gmail.com", "gmail.com"),
    ],
)
def test_a_company_is_what_was_named_or_the_domain_that_somebody_registered(
    email: str, named: object, company: str
) -> None:
    assert company_of(parse(email), named) == company
