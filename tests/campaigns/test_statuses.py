"""One word for a campaign, whatever is known of it."""

from datetime import UTC, datetime

import pytest

from pomelo.base.ids import CampaignId
from pomelo.campaigns import CampaignFacts, CampaignState, Status, errors, status

AT = datetime(2026, 3, 10, tzinfo=UTC)
ID = CampaignId("cam_1")
BROKEN = ("jared@piedpiper.example",)


def facts(
    state: str,
    *,
    archived: bool = False,
    started: bool = True,
    senders: int = 1,
    broken: tuple[str, ...] = (),
) -> CampaignFacts:
    at = AT if started else None
    return CampaignFacts(ID, "Campaign1", CampaignState(state), archived, at, senders, broken)


CASES = [
    # facts, whether finished, the word
    (facts("paused", started=False), False, Status.DRAFT),
    (facts("paused", started=False, senders=0), False, Status.DRAFT),
    (facts("paused"), False, Status.PAUSED),
    (facts("paused"), True, Status.PAUSED),
    (facts("running"), False, Status.RUNNING),
    (facts("running"), True, Status.ENDED),
    (facts("running", senders=0), False, Status.ERRORS),
    (facts("running", broken=BROKEN), True, Status.ERRORS),
    (facts("paused", archived=True), True, Status.ARCHIVED),
    (facts("paused", archived=True, started=False), False, Status.ARCHIVED),
]


@pytest.mark.parametrize(("known", "is_finished", "word"), CASES)
def test_one_word_fits(known: CampaignFacts, is_finished: bool, word: Status) -> None:
    assert status(known, {ID} if is_finished else set()) is word


def test_a_campaign_without_sender_says_so() -> None:
    assert errors(facts("paused", senders=0)) == ["Your campaign does not have sender."]


def test_a_mailbox_that_cannot_log_in_is_named() -> None:
    assert errors(facts("running", senders=2, broken=BROKEN)) == [
        "jared@piedpiper.example cannot log in to its mail server."
    ]
