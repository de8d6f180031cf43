"""Under which keys the unsubscribe list is searched, and what may stand on it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.base import addresses
from pomelo.base.addresses import AddressInvalid, AddressOrDomainInvalid, Domain

names = st.text(
    st.one_of(st.sampled_from("abzABZ0.+-_ @"), st.characters(exclude_categories=())),
    min_size=1,
    max_size=20,
)
domains = st.sampled_from(["x.com", "Gmail.com", "googlemail.com", "BÜCHER.example", "a.test"])


def test_suppression_looks_under_the_address_its_untagged_form_and_its_domain() -> None:
    address = addresses.parse("Richard+Sales@PiedPiper.com")

    keys = addresses.suppression_keys(address)

    assert keys == ("richard+sales@piedpiper.com", "richard@piedpiper.com", "@piedpiper.com")


def test_dots_mean_nothing_at_gmail_only() -> None:
    gmail = addresses.suppression_keys(addresses.parse("r.hen.dricks+x@googlemail.com"))
    other = addresses.suppression_keys(addresses.parse("r.hen.dricks@piedpiper.com"))

    assert gmail == (
        "r.hen.dricks+x@googlemail.com",
        "r.hen.dricks@googlemail.com",
        "rhendricks+x@gmail.com",
        "rhendricks@gmail.com",
        "@googlemail.com",
    )
    assert other == ("r.hen.dricks@piedpiper.com", "@piedpiper.com")


def test_a_local_part_that_is_only_a_tag_is_left_alone() -> None:
    assert addresses.suppression_keys(addresses.parse("+x@a.com")) == ("+x@a.com", "@a.com")


@pytest.mark.parametrize(
    ("listed", "mailed", "forbidden"),
    [
        ("r.hendricks@gmail.com", "rhendricks@gmail.com", True),
        ("rhendricks@googlemail.com", "R.Hendricks+news@gmail.com", True),
        ("r.hendricks@piedpiper.com", "rhendricks@piedpiper.com", False),
        ("richard@piedpiper.com", "RICHARD+1@PiedPiper.com", True),
        ("richard+1@piedpiper.com", "richard@piedpiper.com", False),
        ("richard+1@piedpiper.com", "richard+2@piedpiper.com", False),
        ("@piedpiper.com", "anyone@piedpiper.com", True),
        ("@piedpiper.com", "anyone@mail.piedpiper.com", False),
        ("@BÜCHER.example", "anyone@xn--bcher-kva.example", True),
    ],
)
def test_a_listed_value_forbids_the_addresses_it_stands_for(
    listed: str, mailed: str, forbidden: bool
) -> None:
    kept_as = addresses.suppressed_as(addresses.parse_value(listed))

    keys = addresses.suppression_keys(addresses.parse(mailed))

    assert (kept_as in keys) is forbidden


@settings(deadline=None)
@given(names, domains)
def test_an_address_on_the_list_always_forbids_itself(name: str, domain: str) -> None:
    try:
        address = addresses.parse(f"{name}@{domain}")
    except AddressInvalid:
        return

    keys = addresses.suppression_keys(address)

    assert addresses.suppressed_as(address) in keys
    assert address.key == keys[0]
    assert len(set(keys)) == len(keys)


def test_the_unsubscribe_list_takes_addresses_and_domains() -> None:
    assert addresses.parse_value(" @PiedPiper.com ") == Domain("@piedpiper.com", "@piedpiper.com")
    assert addresses.parse_value("A@x.com") == addresses.parse("A@x.com")


@pytest.mark.parametrize("written", ["", "@", "piedpiper.com", "@pied piper.com", "a@", "@a@b.com"])
def test_a_domain_without_its_at_sign_is_refused_in_the_apis_words(written: str) -> None:
    with pytest.raises(AddressOrDomainInvalid) as refused:
        addresses.parse_value(written)

    assert str(refused.value) == ("Invalid email address or domain. Domains must start with @")
