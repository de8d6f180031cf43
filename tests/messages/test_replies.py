"""What servers answer, in the shape of real ones, and what we make of it."""

from datetime import timedelta

import pytest

from pomelo.messages.replies import (
    RETRY_FOR,
    ReplyClass,
    Stage,
    connect_delay,
    meaning,
    read_reply,
    retry_delay,
    status_class,
)

HARD, SOFT, CONTENT = ReplyClass.HARD, ReplyClass.SOFT, ReplyClass.CONTENT
BLOCK, THROTTLED = ReplyClass.BLOCK, ReplyClass.THROTTLED
AUTH, SENDER = ReplyClass.AUTH, ReplyClass.SENDER

TO_RCPT = [
    # Codes that speak for themselves.
    (550, "5.1.1 The account you tried to reach is not here. Check the spelling", HARD),
    (550, "5.1.2 Bad destination host", HARD),
    (501, "5.1.3 Bad recipient address syntax", HARD),
    (550, "5.1.6 Recipient has moved", HARD),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup", HARD),
    (550, "5.4.4 Unable to route", HARD),
    (550, "5.4.310 DNS domain nowhere.example does not exist", HARD),
    (550, "5.4.1 Recipient address rejected: Access denied. [AM1.eop.example]", HARD),
    (550, "5.2.1 This account is disabled", HARD),
    (550, "5.7.13 user account disabled", HARD),
    (550, "5.1.4 ambiguous", HARD),
    (550, "5.2.4 expansion failed", HARD),
    (550, "5.7.1 RESOLVER.RST.NotAuthorized; you are not allowed to send to this group", HARD),
    (550, "5.7.124 sender not in the allowed list", HARD),
    (550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup", HARD),
    (553, "5.6.7 Address contains non-ASCII characters", HARD),
    (552, "5.2.2 The mailbox is full", SOFT),
    (452, "4.2.2 The inbox is out of storage space", SOFT),
    (450, "4.2.1 The user you try to reach is receiving mail too quickly", SOFT),
    (550, "5.2.1 The user you try to reach is receiving mail at a rate that prevents more", SOFT),
    (451, "4.3.0 Temporary lookup failure", SOFT),
    (421, "4.3.2 Service shutting down", SOFT),
    (451, "4.4.1 Connection timed out to next hop", SOFT),
    (550, "5.4.1 No answer from host", SOFT),
    (554, "5.4.6 Too many hops", SOFT),
    (554, "5.4.7 Delivery time expired", SOFT),
    (552, "5.3.4 Message size exceeds fixed limit", CONTENT),
    (552, "5.2.3 Too large for this mailbox", CONTENT),
    (554, "5.6.0 Corrupt message content", CONTENT),
    (450, "4.7.1 Greylisted, try again in 60 seconds", SOFT),
    (421, "4.7.0 [TSS04] Messages from 192.0.2.1 deferred due to unexpected volume", BLOCK),
    (450, "4.7.25 Client host rejected: cannot find your hostname", BLOCK),
    (550, "5.7.1 Message contains spam or virus", BLOCK),
    (550, "5.7.1 Not acceptable here", BLOCK),
    (550, "5.7.25 The sending IP has no PTR record", BLOCK),
    (550, "5.7.26 Unauthenticated mail from sender.example is not accepted (DMARC)", BLOCK),
    (550, "5.7.515 Access denied, sending domain does not meet the level", BLOCK),
    (550, "5.7.9 Not accepted for policy reasons", BLOCK),
    (550, "5.4.6 Unusual sending activity detected", BLOCK),
    (550, "5.4.5 Daily user sending limit exceeded", THROTTLED),
    (550, "5.1.90 The daily limit for message recipients was reached", THROTTLED),
    (432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", THROTTLED),
    (452, "4.5.3 Too many recipients", THROTTLED),
    (451, "4.7.1 Rate limit reached for this sender", THROTTLED),
    (550, "5.7.232 Tenant external recipient rate limit", THROTTLED),
    (535, "5.7.8 Username and Password not accepted", AUTH),
    (534, "5.7.9 Application-specific password required", AUTH),
    (530, "5.7.0 Must issue a STARTTLS command first", AUTH),
    (550, "5.7.3 Requested action aborted; not authenticated", AUTH),
    (550, "5.7.30 Basic authentication is not supported for Client Submission", AUTH),
    (550, "5.7.1 Authentication required", AUTH),
    (550, "5.1.7 Invalid address of sender", SENDER),
    (553, "5.1.8 Domain of sender address does not resolve", SENDER),
    (554, "5.7.1 <x@lead.example>: Relay access denied", SENDER),
    (550, "5.7.60 Client does not have permissions to send as this sender", SENDER),
    (
        554,
        "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        BLOCK,
    ),
    (552, "5.7.0 Its content presents a potential security issue", CONTENT),
    (552, "5.7.0 Blocked because its content presents a potential security issue", CONTENT),
    (550, "Domain has exceeded the max emails per hour (102/100) allowed", THROTTLED),
    # Words alone.
    (550, "No such user here", HARD),
    (550, "User unknown", HARD),
    (550, "unknown user", HARD),
    (553, "sorry, no mailbox here by that name. (#5.1.1)", HARD),
    (550, "Sorry, no mailbox here by that name", HARD),
    (550, "Unrouteable address", HARD),
    (550, "Requested action not taken: mailbox unavailable", HARD),
    (550, "5.5.0 Requested action not taken: mailbox unavailable (S2017)", HARD),
    (554, "delivery error: This user doesn't have a mail.example account (x@mail.example)", HARD),
    (554, "30 Sorry, this mailbox is disabled", HARD),
    (550, "5.1.0 <x@lead.example>: address unknown", HARD),
    (550, "Invalid recipient", HARD),
    (556, "Domain does not accept mail (nullMX)", HARD),
    (550, "Richard has left the company", HARD),
    (550, "The recipient may contain a non-existent account", HARD),
    (550, "#5.1.0 Address rejected.", HARD),
    (550, "Utilisateur inconnu", HARD),
    (550, "Empfänger unbekannt", HARD),
    (550, "用户不存在", HARD),
    (550, "RCPT TO:<x@lead.example> User not known", HARD),
    (550, "You do not have permission to post to this list", HARD),
    (552, "Mailbox full", SOFT),
    (552, "Quota exceeded (mailbox for user is full)", SOFT),
    (550, "User is over quota", SOFT),
    (452, "Insufficient system storage", SOFT),
    (450, "Requested action not taken: mailbox unavailable", SOFT),
    (451, "Temporary local problem, please try later", SOFT),
    (451, "Greylisting in action, please come back in 00:05:00", SOFT),
    (550, "Sorry", SOFT),
    (550, "", SOFT),
    (552, "Message size exceeds maximum permitted", CONTENT),
    (554, "Your message has a bare LF", CONTENT),
    (550, "Maximum line length exceeded: line too long", CONTENT),
    (554, "Attachment type not allowed: .exe", CONTENT),
    (554, "Message refused: found on a DNSBL", BLOCK),
    (554, "Your IP has a poor reputation", BLOCK),
    (550, "High probability of spam", BLOCK),
    (550, "Rejected due to local policy", BLOCK),
    (550, "SPF check failed", BLOCK),
    (554, "Email rejected per DMARC policy", BLOCK),
    (550, "Administrative prohibition", BLOCK),
    (554, "Message content rejected due to user complaints", BLOCK),
    (454, "Throttling failure: Maximum sending rate exceeded.", THROTTLED),
    (454, "Throttling failure: Daily message quota exceeded.", THROTTLED),
    (550, "Domain x.example has exceeded the max defers and failures per hour (5/5)", THROTTLED),
    (451, "Maximum credits exceeded", THROTTLED),
    (421, "Too many concurrent connections from your host", THROTTLED),
    (554, "Email address is not verified in region EU-WEST-1", SENDER),
    (550, "The from address does not match a verified Sender Identity", SENDER),
    (553, "Sender address rejected: not owned by user sales@sender.example", SENDER),
    (550, "Relaying denied", SENDER),
]


@pytest.mark.parametrize(("code", "text", "kind"), TO_RCPT)
def test_a_reply_to_rcpt_has_one_class(code: int, text: str, kind: ReplyClass) -> None:
    said = meaning(read_reply(code, text))

    assert said.kind is kind
    assert said.suppresses == (kind is HARD)
    assert said.is_permanent == (code >= 500 and kind in {HARD, CONTENT})
    assert said.pauses_sender == (kind in {BLOCK, THROTTLED, AUTH, SENDER})


@pytest.mark.parametrize("text", sorted({text for _, text, kind in TO_RCPT if kind is HARD}))
def test_a_temporary_code_never_suppresses(text: str) -> None:
    said = meaning(read_reply(450, text))

    assert not said.suppresses
    assert not said.is_permanent


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.TLS, Stage.EHLO, Stage.MAIL])
@pytest.mark.parametrize("text", ["5.1.1 User unknown", "5.0.0 No", "", "no such user"])
def test_before_rcpt_a_refusal_is_about_the_sender(stage: Stage, text: str) -> None:
    said = meaning(read_reply(550, text), stage=stage)

    assert said.kind is SENDER
    assert not said.suppresses


def test_a_server_without_smtputf8_suppresses_nobody() -> None:
    said = meaning(read_reply(553, "5.6.7 cannot write to non-ASCII addresses"), stage=Stage.MAIL)

    assert said.kind is CONTENT
    assert (said.is_permanent, said.suppresses, said.pauses_sender) == (True, False, False)


@pytest.mark.parametrize("code", [501, 535, 550, 554])
def test_a_final_no_to_the_login_is_about_the_login(code: int) -> None:
    assert meaning(read_reply(code, "no"), stage=Stage.AUTH).kind is AUTH


def test_a_login_that_fails_for_now_is_tried_again() -> None:
    said = meaning(read_reply(454, "4.7.0 Temporary authentication failure"), stage=Stage.AUTH)

    assert said.kind is not AUTH
    assert not said.is_permanent


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4.7.1 Greylisted, try again in 60 seconds", 70),
        ("4.7.1 Greylisting: retry in 5 minutes", 310),
        ("please try again after 300s", 310),
        ("Greylisting in action, please come back in 00:04:47", 297),
        ("Try again in 1 hour", 3610),
        ("wait 2 min.", 130),
        ("try again in 999 hours", 24 * 3600),
        ("try again later", None),
        ("Too many errors in 2 sessions from you", None),
    ],
)
def test_a_server_that_names_a_time_gets_ten_seconds_more(text: str, seconds: int | None) -> None:
    wait = meaning(read_reply(450, text)).wait

    assert wait == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize("code", [421, 550])
def test_a_daily_limit_rests_the_sender_for_a_day(code: int) -> None:
    said = meaning(read_reply(code, "5.4.5 Daily user sending limit exceeded"))

    assert said.wait == timedelta(days=1)


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "smtp; 550 5.1.1 nobody", HARD),
        ("5.0.0", "smtp; 550-5.1.1 nobody here", HARD),
        ("5.0.0", "smtp; 550 user unknown", HARD),
        ("", "550 5.7.26 unauthenticated", BLOCK),
        ("", "smtp; 451 try later", SOFT),
        ("5.0.0", "x-unix; process died", SOFT),
        ("4.4.7", "smtp; delivery expired", SOFT),
        ("4.0.0", "smtp; 550 5.1.1 nobody", SOFT),
        ("4.7.0", "smtp; 421 suspicious", BLOCK),
        ("5.3.4", "", CONTENT),
        ("5.0.0 (undefined)", "smtp; host 4.2.2.1 said: 550 mailbox full", SOFT),
    ],
)
def test_a_bounce_is_read_by_the_same_table(status: str, diagnostic: str, kind: ReplyClass) -> None:
    assert status_class(status, diagnostic) is kind


def test_a_reply_is_kept_printable_and_short() -> None:
    reply = read_reply(550, b"5.1.1 \xff<script>\r\n5.1.1 \x1b[31m\xe2\x80\xae" + b"x" * 5000)

    assert reply.enhanced == "5.1.1"
    assert reply.text.startswith("5.1.1 \ufffd<script> [31m xxx")
    assert reply.text.isprintable()
    assert len(reply.text.encode()) <= 1024


def test_a_reply_of_surrogates_is_kept_as_replacements() -> None:
    assert read_reply(550, "bad \udcff byte").text == "bad \ufffd byte"


@pytest.mark.parametrize(
    "text", ["no code", "from 5.1.1.7 blocked", "version 15.1.2", "see 1.5.1.1"]
)
def test_an_address_or_a_version_is_not_a_status_code(text: str) -> None:
    assert read_reply(550, text).enhanced is None


def test_a_code_repeated_on_each_line_is_kept_once() -> None:
    reply = read_reply(550, "5.1.1 The account does\n5.1.1 not exist")

    assert reply.text == "5.1.1 The account does not exist"


def test_retries_grow_to_four_hours_and_are_the_same_for_the_same_mail() -> None:
    delays = [retry_delay(attempt, seed="msg_a") for attempt in range(1, 9)]

    for delay, minutes in zip(delays, (5, 15, 30, 60, 120, 240, 240, 240), strict=True):
        assert timedelta(minutes=minutes) <= delay <= timedelta(minutes=minutes * 1.2)
    assert delays == [retry_delay(attempt, seed="msg_a") for attempt in range(1, 9)]
    assert delays != [retry_delay(attempt, seed="msg_b") for attempt in range(1, 9)]
    assert sum(delays[:5], timedelta()) < RETRY_FOR


def test_an_unreachable_server_is_tried_hourly_in_the_end() -> None:
    minutes = [connect_delay(attempt) // timedelta(minutes=1) for attempt in (1, 2, 3, 4, 5, 6, 99)]

    assert minutes == [1, 5, 15, 30, 60, 60, 60]
