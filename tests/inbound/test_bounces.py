"""What bounces say of whom: standard reports, old formats, and nobody's words mixed."""

import pytest

from pomelo.inbound.bounces import kind_of_bounce
from pomelo.inbound.mime.reports import best_status, blocks, one_line, status_in, typed_address
from pomelo.inbound.model import BouncedRecipient, Feedback, MailKind
from pomelo.inbound.parse import parse
from pomelo.messages import ReplyClass, status_class
from tests.inbound.letters import LEAD, letter

LEADS_STATUS = {
    "bounce_base64_report": "5.1.1",
    "bounce_eai": "5.1.1",
    "bounce_exchange_access_denied": "5.4.1",
    "bounce_exchange_group_refused": "5.7.133",
    "bounce_exchange_unknown": "5.1.10",
    "bounce_exim_dsn": "5.1.1",
    "bounce_exim_text": "5.1.1",
    "bounce_full_mailbox": "4.2.2",
    "bounce_german_gateway": "5.1.1",
    "bounce_gmail_inactive": "5.2.1",
    "bounce_gmail_unknown": "5.1.1",
    "bounce_gmx_text": "5.1.1",
    "bounce_no_blank_line": "5.1.1",
    "bounce_opensmtpd": "5.0.0",
    "bounce_postfix_forwarded": "5.2.2",
    "bounce_postfix_unknown_user": "5.1.1",
    "bounce_qmail": "5.1.1",
    "bounce_sendmail": "5.1.1",
    "bounce_ses": "5.1.1",
    "bounce_sieve_reject": "5.2.2",
    "bounce_spam_block": "5.7.1",
    "bounce_yahoo_text": "5.7.9",
    "bounce_zoho": "5.1.1",
}


def of_lead(name: str) -> list[BouncedRecipient]:
    found = parse(letter(name)).bounced
    return [one for one in found if LEAD in {one.address, one.original_address}]


@pytest.mark.parametrize(("name", "status"), LEADS_STATUS.items())
def test_the_lead_failed_and_the_report_says_why(name: str, status: str) -> None:
    (recipient,) = of_lead(name)

    assert (recipient.action, recipient.status) == ("failed", status)


@pytest.mark.parametrize(
    ("name", "reply_class"),
    [
        ("bounce_exchange_access_denied", ReplyClass.HARD),
        ("bounce_exchange_group_refused", ReplyClass.HARD),
        ("bounce_full_mailbox", ReplyClass.SOFT),
        ("bounce_gmail_inactive", ReplyClass.HARD),
        ("bounce_opensmtpd", ReplyClass.SOFT),
        ("bounce_qmail", ReplyClass.HARD),
        ("bounce_sieve_reject", ReplyClass.SOFT),
        ("bounce_spam_block", ReplyClass.BLOCK),
        ("bounce_yahoo_text", ReplyClass.BLOCK),
    ],
)
def test_status_and_words_suffice_to_class_a_bounce(name: str, reply_class: ReplyClass) -> None:
    (recipient,) = of_lead(name)

    assert status_class(recipient.status or "", recipient.diagnostic) is reply_class


@pytest.mark.parametrize("name", ["delayed_postfix", "delayed_exim_text", "delayed_gmail"])
def test_a_delay_is_no_failure(name: str) -> None:
    (recipient,) = of_lead(name)

    assert recipient.action == "delayed"


def test_each_recipient_has_only_what_its_own_block_says() -> None:
    press, lead = parse(letter("bounce_postfix_two_recipients")).bounced

    assert (press.action, press.status, press.diagnostic) == (
        "failed", "5.1.1", "550 5.1.1 no such press",
    )  # fmt: skip
    assert (lead.action, lead.status, lead.diagnostic) == (
        "delayed", "4.4.1", "connection timed out",
    )  # fmt: skip


def test_blocks_without_a_blank_line_between_are_still_two() -> None:
    lead, other = parse(letter("bounce_no_blank_line")).bounced

    assert (lead.address, lead.status) == (LEAD, "5.1.1")
    assert (other.address, other.action, other.status) == (
        "other@granary.example", "delayed", "4.2.2",
    )  # fmt: skip


def test_a_recipient_that_a_text_names_without_reason_gets_no_other_ones_reason() -> None:
    raw = letter("bounce_qmail").replace(
        b"203.0.113.7 does not like recipient.\r\nRemote host said: 550 5.1.1 no mailbox by that"
        b" name\r\nGiving up on 203.0.113.7.\r\n",
        b"It did not work.\r\n\r\n<other@silo.example>:\r\n552 5.2.2 full\r\n",
    )

    lead, other = parse(raw).bounced

    assert (lead.address, lead.status) == (LEAD, None)
    assert (other.address, other.status) == ("other@silo.example", "5.2.2")


def test_a_forwarded_mail_names_the_address_that_we_wrote_to() -> None:
    (recipient,) = parse(letter("bounce_postfix_forwarded")).bounced

    assert recipient.address == "ada.private@meadow.example"
    assert recipient.original_address == LEAD


def test_international_addresses_are_read_from_the_international_report() -> None:
    international, _ = parse(letter("bounce_eai")).bounced

    assert international.address == international.original_address == "jörg@bücher.example"
    assert international.status == "5.6.7"


def test_a_report_within_an_enclosed_mail_is_not_this_mails() -> None:
    assert parse(letter("reply_forwards_a_bounce")).bounced == ()


def test_a_person_who_writes_of_failures_is_no_bounce() -> None:
    raw = letter("reply_top_posted").replace(
        b"May is free.", b"550 5.1.1 <someone@lead.example> user unknown, I read."
    )

    assert parse(raw).bounced == ()


def test_a_report_whose_parts_a_person_attaches_is_not_this_mails() -> None:
    raw = letter("bounce_postfix_unknown_user").replace(b"multipart/report", b"multipart/mixed")
    by_a_person = raw.replace(b"Return-Path: <>", b"Return-Path: <ada@lead.example>")
    for word in (b"MAILER-DAEMON", b"auto-replied"):
        by_a_person = by_a_person.replace(word, b"no")

    assert len(parse(raw).bounced) == 1
    assert parse(by_a_person).bounced == ()


def test_an_answer_over_several_lines_has_its_code_once() -> None:
    said = "550-5.1.1 The account you tried\n 550 5.1.1 to reach is not there."

    assert one_line(said) == "550-5.1.1 The account you tried to reach is not there."


def test_a_mail_without_return_path_that_repeats_a_refusal_is_a_bounce() -> None:
    head = b"Return-Path: <>\r\nFrom: gate@granary.example\r\nSubject: Your message\r\n\r\n"
    refusal = b"It was not delivered to ada@lead.example: 550 no such user\r\n"
    absence = b"Please write to sam@lead.example, or call extension 550. I deliver on Monday.\r\n"

    assert [one.address for one in parse(head + refusal).bounced] == ["ada@lead.example"]
    assert parse(head + absence).bounced == ()


def test_our_own_address_and_message_ids_never_count_as_failed() -> None:
    for name in ("bounce_german_gateway", "bounce_zoho", "delayed_exim_text"):
        assert [one.address for one in parse(letter(name)).bounced] == [LEAD]


@pytest.mark.parametrize(
    ("actions", "kind"),
    [
        (("failed",), MailKind.BOUNCE),
        (("delayed", "failed"), MailKind.BOUNCE),
        (("delayed",), MailKind.DELAYED),
        (("delayed", "relayed"), MailKind.DELAYED),
        (("delivered",), MailKind.RECEIPT),
        ((), None),
    ],
)
def test_the_kind_follows_the_worst_that_happened(
    actions: tuple[str, ...], kind: MailKind | None
) -> None:
    recipients = tuple(BouncedRecipient(LEAD, action) for action in actions)

    assert kind_of_bounce(recipients) is kind


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 gone", "5.1.1"),
        ("smtp;550-5.7.26 unsigned", "5.7.26"),
        ("5.1.10 RESOLVER", "5.1.10"),
        ("4.4.7.", "4.4.7"),
        ("listed at 5.1.1.7", None),
        ("[15.1.1.7] refused", None),
        ("version 15.1.1", None),
        ("3.1.1", None),
        ("", None),
    ],
)
def test_a_status_is_never_read_out_of_an_ip_address(text: str, status: str | None) -> None:
    assert status_in(text) == status


@pytest.mark.parametrize(
    ("field", "diagnostic", "best"),
    [
        ("5.0.0", "550 5.1.1 gone", "5.1.1"),
        ("5.0.0 (permanent)", "no code", "5.0.0"),
        ("5.0.0", "451 4.7.1 wait", "5.0.0"),
        ("4.4.7", "550 5.1.1 gone", "4.4.7"),
        ("", "550 5.1.1 gone", "5.1.1"),
        ("", "", None),
    ],
)
def test_a_status_that_says_nothing_gives_way_to_the_diagnostic(
    field: str, diagnostic: str, best: str | None
) -> None:
    assert best_status(field, diagnostic) == best


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("rfc822; ada@lead.example", "ada@lead.example"),
        ("RFC822;<ada@lead.example>", "ada@lead.example"),
        ("utf-8; j\\x{F6}rg@lead.example", "jörg@lead.example"),
        ("utf-8; jörg@lead.example", "jörg@lead.example"),
        ("ada@lead.example", "ada@lead.example"),
        ("x400; /c=de/s=ada/", ""),
        ("utf-8; \\x{FFFFFF}@lead.example", ""),
        ("", ""),
    ],
)
def test_typed_addresses_are_read_with_their_escapes(field: str, address: str) -> None:
    assert typed_address(field) == address


def test_fields_of_a_block_may_be_folded() -> None:
    (block,) = blocks("Final-Recipient: rfc822;\n ada@lead.example\nAction: failed\n")

    assert dict(block) == {"final-recipient": "rfc822; ada@lead.example", "action": "failed"}


@pytest.mark.parametrize(
    ("name", "feedback"),
    [
        ("complaint_arf_abuse", Feedback("abuse", (LEAD,))),
        ("complaint_arf_opt_out", Feedback("opt-out", (LEAD,))),
        ("complaint_hotmail", Feedback("abuse", (LEAD,))),
        ("receipt_arf_auth_failure", Feedback("auth-failure")),
        ("reply_top_posted", None),
    ],
)
def test_complaint_reports_say_what_kind_and_of_whom(name: str, feedback: Feedback | None) -> None:
    assert parse(letter(name)).feedback == feedback
