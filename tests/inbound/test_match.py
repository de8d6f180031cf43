"""By what a mail may be tied to ours, the surest first."""

from pomelo.inbound.match import candidates
from pomelo.inbound.model import Candidate, MatchRule, Parsed
from pomelo.inbound.parse import parse
from tests.inbound.letters import HEADER_ID, LINK_TOKEN, TOKEN, letter


def found(name: str) -> tuple[Candidate, ...]:
    return candidates(parse(letter(name)))


def test_the_rules_come_in_order_of_their_certainty() -> None:
    parsed = Parsed(
        digest="",
        size_bytes=0,
        link_tokens=(LINK_TOKEN,),
        tokens=(TOKEN,),
        returned_ids=("<r@x.test>",),
        envelope_id=TOKEN,
        references=("<old@x.test>", "<new@x.test>"),
        in_reply_to=("<new@x.test>",),
        to_addresses=(f"nora+b-{TOKEN}@pomelo.example",),
    )

    assert candidates(parsed) == (
        Candidate(MatchRule.ADDRESS_TAG, token=TOKEN),
        Candidate(MatchRule.IN_REPLY_TO, header_id="<new@x.test>"),
        Candidate(MatchRule.REFERENCES, header_id="<new@x.test>"),
        Candidate(MatchRule.REFERENCES, header_id="<old@x.test>"),
        Candidate(MatchRule.ENVELOPE_ID, token=TOKEN),
        Candidate(MatchRule.RETURNED_ID, header_id="<r@x.test>"),
        Candidate(MatchRule.TOKEN, token=TOKEN),
        Candidate(MatchRule.LINK, token=LINK_TOKEN),
    )


def test_references_are_tried_from_the_newest_back() -> None:
    ids = [candidate.header_id for candidate in found("reply_references_only")]

    assert ids == ["<note.9@lead.example>", HEADER_ID, "<older.1@elsewhere.example>"]


def test_a_bounce_is_tied_by_what_it_returns() -> None:
    assert found("bounce_postfix_unknown_user") == (
        Candidate(MatchRule.RETURNED_ID, header_id=HEADER_ID),
        Candidate(MatchRule.TOKEN, token=TOKEN),
    )


def test_an_envelope_id_comes_back_in_the_report() -> None:
    assert found("bounce_postfix_two_recipients")[0] == Candidate(
        MatchRule.ENVELOPE_ID, token=TOKEN
    )


def test_a_receipt_is_tied_by_the_message_that_it_names() -> None:
    assert found("receipt_displayed") == (Candidate(MatchRule.RETURNED_ID, header_id=HEADER_ID),)


def test_a_reply_without_references_is_tied_by_a_quoted_link() -> None:
    assert found("reply_link_only") == (Candidate(MatchRule.LINK, token=LINK_TOKEN),)


def test_a_tagged_address_ties_a_mail_without_any_reference() -> None:
    assert found("reply_to_tagged_address") == (Candidate(MatchRule.ADDRESS_TAG, token=TOKEN),)


def test_plus_tags_of_other_people_are_not_ours() -> None:
    parsed = Parsed(digest="", size_bytes=0, to_addresses=("nora+newsletters@pomelo.example",))

    assert candidates(parsed) == ()
