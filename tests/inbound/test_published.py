"""What a domain publishes, judged: tables of records, and what is said of them."""

import pytest

from pomelo.inbound import Level
from pomelo.inbound.published import Answer, NoName, dmarc, signing, spf
from pomelo.inbound.published.domain import judge_exchangers

PASS, WARN, FAIL = Level.PASS, Level.WARN, Level.FAIL
HOME = "piedpiper.com"
CHAIN = {f"n{n}.test": (f"v=spf1 include:n{n + 1}.test -all",) for n in range(12)}


@pytest.mark.parametrize(
    ("level", "says", "tree"),
    [
        (PASS, "1 of 10", {HOME: ("other=1", "v=spf1 mx -all")}),
        (PASS, "0 of 10", {HOME: ("V=SPF1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all",)}),
        (
            PASS,
            "4 of 10",
            {HOME: ("v=spf1 a include:host.test -all",), "host.test": ("v=spf1 a mx:x.test ~all",)},
        ),
        (PASS, "2 of 10", {HOME: ("v=spf1 redirect=host.test",), "host.test": ("v=spf1 a -all",)}),
        (PASS, "1 of 10", {HOME: ("v=spf1 exists:%{i}.host.test -all",)}),
        (FAIL, "no SPF record", {HOME: ("v=spf10 -all", "spf2.0/pra")}),
        (FAIL, "no SPF record", {HOME: ()}),
        (FAIL, "2 SPF records", {HOME: ("v=spf1 -all", "v=spf1 mx -all")}),
        (FAIL, "more than 10", {HOME: ("v=spf1 include:n0.test -all",), **CHAIN}),
        (FAIL, "more than 10", {HOME: (f"v=spf1 {'a ' * 11}-all",)}),
        (FAIL, "more than 10", {HOME: (f"v=spf1 include:{HOME} -all",)}),
        (FAIL, "names gone.test", {HOME: ("v=spf1 include:gone.test -all",), "gone.test": ()}),
        (FAIL, "ip4=1.2.3.4,", {HOME: ("v=spf1 +ip4=1.2.3.4, -all",)}),
        (FAIL, "everybody", {HOME: ("v=spf1 mx +all",)}),
        (FAIL, "everybody", {HOME: ("v=spf1 mx all",)}),
        (WARN, "says nothing", {HOME: ("v=spf1 mx",)}),
        (WARN, "says nothing", {HOME: ("v=spf1 mx ?all",)}),
        (WARN, "Could not ask", {HOME: None}),
        (
            WARN,
            "about silent.test",
            {HOME: ("v=spf1 include:silent.test -all",), "silent.test": None},
        ),
        (
            FAIL,
            "names odd.test",
            {HOME: ("v=spf1 include:odd.test -all",), "odd.test": ("v=spf1 x:y",)},
        ),
    ],
)
def test_spf(level: Level, says: str, tree: dict[str, Answer]) -> None:
    found = spf.judge(HOME, tree)

    assert (found.level, says in found.text) == (level, True), found


@pytest.mark.parametrize(
    ("level", "says", "domain", "found"),
    [
        (PASS, "reject", HOME, {HOME: ("v=DMARC1; p=reject",)}),
        (PASS, "quarantine", HOME, {HOME: ("other", "v=DMARC1;p=quarantine; rua=mailto:a@b.c")}),
        (WARN, "none", HOME, {HOME: ("v=DMARC1; p=none",)}),
        (WARN, "no policy", HOME, {HOME: ("v=DMARC1; rua=mailto:a@b.c",)}),
        (FAIL, "no DMARC", HOME, {HOME: ()}),
        (FAIL, "several", HOME, {HOME: ("v=DMARC1; p=none", "v=DMARC1; p=reject")}),
        (WARN, "Could not ask", HOME, {HOME: None}),
        (
            PASS,
            "of piedpiper.com",
            f"mail.{HOME}",
            {f"mail.{HOME}": (), HOME: ("v=DMARC1;p=reject",)},
        ),
        (WARN, f"about _dmarc.{HOME}", f"a.{HOME}", {f"a.{HOME}": (), HOME: None, "com": ()}),
        (WARN, "none", f"a.{HOME}", {f"a.{HOME}": (), HOME: ("v=DMARC1; p=reject; sp=none",)}),
        (
            PASS,
            "of b.co.test",
            "a.b.co.test",
            {
                "a.b.co.test": (),
                "b.co.test": ("v=DMARC1; p=reject",),
                "co.test": ("v=DMARC1; p=none; psd=y",),
            },
        ),
        (
            PASS,
            "of b.test",
            "a.b.test",
            {
                "a.b.test": (),
                "b.test": ("v=DMARC1; p=reject; psd=n",),
                "test": ("v=DMARC1;p=none",),
            },
        ),
    ],
)
def test_dmarc(level: Level, says: str, domain: str, found: dict[str, Answer]) -> None:
    said = dmarc.judge(domain, found)

    assert (said.level, says.removeprefix("of ") in said.text) == (level, True), said


def test_dmarc_is_looked_for_up_the_tree_and_no_more_than_eight_times() -> None:
    assert dmarc.names_to_ask("a.b.test") == ["a.b.test", "b.test", "test"]
    deep = dmarc.names_to_ask(".".join("abcdefghij"))
    assert (deep[0], deep[1], len(deep)) == ("a.b.c.d.e.f.g.h.i.j", "d.e.f.g.h.i.j", 8)


@pytest.mark.parametrize(
    ("level", "says", "answer"),
    [
        (PASS, "mx1.host.test, mx2.host.test", ("10 mx1.host.test.", "20 mx2.host.test.")),
        (WARN, "no mail exchanger", ()),
        (FAIL, "does not exist", NoName()),
        (FAIL, "takes no mail", ("0 .",)),
        (WARN, "Could not ask", None),
    ],
)
def test_mail_exchangers(level: Level, says: str, answer: Answer) -> None:
    found = judge_exchangers(HOME, answer)

    assert (found.level, says in found.text) == (level, True), found


@pytest.mark.parametrize(
    ("level", "says", "answer"),
    [
        (PASS, "published", ("v=DKIM1; k=rsa; p=QUJD",)),
        (PASS, "published", ("p=QU JD",)),
        (FAIL, "no key", ()),
        (FAIL, "no key", ("v=spf1 -all",)),
        (FAIL, "withdrawn", ("v=DKIM1; p=",)),
        (FAIL, "not the one", ("v=DKIM1; p=WFla",)),
        (WARN, "several", ("v=DKIM1; p=QUJD", "v=DKIM1; p=WFla")),
        (WARN, "Could not ask", None),
    ],
)
def test_our_own_dkim_key(level: Level, says: str, answer: Answer) -> None:
    found = signing.judge_key("pomelo1._domainkey.piedpiper.com", answer, "v=DKIM1; k=rsa; p=QUJD")

    assert (found.level, says in found.text) == (level, True), found


ALL = "From:Subject : List-Unsubscribe: list-unsubscribe-post"


@pytest.mark.parametrize(
    ("level", "says", "signatures"),
    [
        (PASS, "From, Subject, List-Unsubscribe", [f"v=1; d=piedpiper.com; s=a; h={ALL}; b=x"]),
        (
            PASS,
            "piedpiper.com signs",
            [f"d=host.test; s=a; h={ALL}", f"d=PiedPiper.com;s=b;h={ALL}"],
        ),
        (WARN, "List-Unsubscribe-Post", ["d=piedpiper.com; s=a; h=from:subject:list-unsubscribe"]),
        (WARN, "Subject", ["d=piedpiper.com; s=a; h=from"]),
        (FAIL, "From", ["d=piedpiper.com; s=a; h=subject"]),
        (WARN, "Signed by host.test", [f"d=host.test; s=a; h={ALL}"]),
        (WARN, "Signed by com", [f"d=com; s=a; h={ALL}"]),
        (WARN, "without a signature", []),
        (WARN, "without a signature", ["rubbish", "d=; s=", ";;;=;h", f"d=\x1b[1m; s=a; h={ALL}"]),
    ],
)
def test_what_a_signature_covers(level: Level, says: str, signatures: list[str]) -> None:
    fields = tuple(("dkim-signature", value) for value in signatures)

    found = signing.judge_coverage(fields, "piedpiper.com")

    assert (found.level, says in found.text) == (level, True), found


def test_the_parent_domain_signs_for_a_subdomain() -> None:
    fields = (("dkim-signature", f"d=piedpiper.com; s=a; h={ALL}"),)

    assert signing.judge_coverage(fields, "mail.piedpiper.com").level is PASS
    assert signing.judge_coverage(fields, "otherpiedpiper.com").level is WARN
