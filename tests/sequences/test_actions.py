"""Steps come, change and go."""

from datetime import datetime, timedelta

import pytest

from pomelo import campaigns, sequences
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import SequenceId
from pomelo.campaigns import AlreadyRunning, Campaign, CampaignNotFound, SenderMissing
from pomelo.sequences import (
    AddingWhileRunning,
    DeletingWhileRunning,
    Mail,
    NewStep,
    SequenceNotFound,
    StepChanges,
    StepInvalid,
    StepMissing,
    StepNotFound,
    StepType,
    TemplateInvalid,
)
from tests import make


async def draft(db: Db) -> tuple[Campaign, SequenceId]:
    campaign = await make.campaign(db, (await make.team(db)).id)
    main = await sequences.main_ids(db, campaign.team_id, [campaign.id])
    return campaign, main[campaign.id]


async def running(db: Db) -> tuple[Campaign, SequenceId]:
    team = await make.team(db)
    campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))
    main = await sequences.main_ids(db, team.id, [campaign.id])
    return campaign, main[campaign.id]


async def subjects(db: Db, campaign: Campaign) -> list[tuple[int, str]]:
    steps = await sequences.list_steps(db, campaign.team_id, campaign.id)
    return [(step.position, step.subject) for step in steps]


async def test_steps_stand_where_they_were_put(db: Db) -> None:
    campaign, _ = await draft(db)
    await make.step(db, campaign, "b")
    await make.step(db, campaign, "d", index=-1)

    first = await make.step(db, campaign, "a", index=0)
    third = await make.step(db, campaign, "c", index=2)
    last = await make.step(db, campaign, "e", index=50)

    assert [first.position, third.position, last.position] == [0, 2, 4]
    assert await subjects(db, campaign) == [(0, "a"), (1, "b"), (2, "c"), (3, "d"), (4, "e")]


async def test_a_gap_is_closed_when_a_step_goes(db: Db) -> None:
    campaign, main = await draft(db)
    steps = [await make.step(db, campaign, name) for name in "abc"]

    gone = await sequences.delete_step(db, campaign.team_id, main, steps[1].id)

    assert gone == steps[1]
    assert await subjects(db, campaign) == [(0, "a"), (1, "c")]


async def test_the_first_step_goes_at_once_and_others_a_day_later(db: Db) -> None:
    campaign, _ = await draft(db)

    delays = [(await make.step(db, campaign, name)).delay_days for name in "ab"]
    chosen = await make.step(db, campaign, "c", delay_days=7)

    assert [*delays, chosen.delay_days] == [0, 1, 7]


async def test_a_new_wording_is_a_version_and_the_old_one_stays(db: Db, now: datetime) -> None:
    campaign, main = await draft(db)
    step = await make.step(db, campaign, "old")
    later = now + timedelta(days=1)

    changed = await sequences.change_step(
        db, campaign.team_id, main, step.id, StepChanges({"subject": "new"}), now=later
    )

    assert (changed.version, changed.subject, changed.message) == (2, "new", step.message)
    keys = [(campaign.team_id, step.id, version) for version in (1, 2, 3)]
    found = await sequences.contents(db, keys)
    assert sorted((one.version, one.subject, one.created_at) for one in found) == [
        (1, "old", now),
        (2, "new", later),
    ]
    assert await sequences.list_steps(db, campaign.team_id, campaign.id) == [changed]


async def test_a_new_delay_is_no_new_version(db: Db, now: datetime) -> None:
    campaign, main = await draft(db)
    step = await make.step(db, campaign)
    same = StepChanges({"subject": step.subject}, delay_days=3)

    changed = await sequences.change_step(db, campaign.team_id, main, step.id, same, now=now)

    assert (changed.version, changed.delay_days) == (1, 3)


async def test_the_wording_of_a_deleted_step_is_kept(db: Db) -> None:
    campaign, main = await draft(db)
    step = await make.step(db, campaign, "gone")

    await sequences.delete_step(db, campaign.team_id, main, step.id)

    found = await sequences.contents(db, [(campaign.team_id, step.id, 1)])
    assert [one.subject for one in found] == ["gone"]


async def test_while_running_words_change_but_steps_do_not_come_or_go(
    db: Db, now: datetime
) -> None:
    campaign, main = await running(db)
    (step,) = await sequences.list_steps(db, campaign.team_id, campaign.id)

    with pytest.raises(AddingWhileRunning):
        await make.step(db, campaign)
    with pytest.raises(DeletingWhileRunning):
        await sequences.delete_step(db, campaign.team_id, main, step.id)
    changed = await sequences.change_step(
        db, campaign.team_id, main, step.id, StepChanges({"subject": "new"}, delay_days=2), now=now
    )

    assert (changed.subject, changed.delay_days) == ("new", 2)


async def test_a_broken_change_changes_nothing(db: Db, now: datetime) -> None:
    campaign, main = await draft(db)
    step = await make.step(db, campaign)

    for changes, error in (
        (StepChanges({"message": "{{ broken"}), TemplateInvalid),
        (StepChanges({"subject": ""}), StepInvalid),
        (StepChanges(delay_days=-1), StepInvalid),
    ):
        with pytest.raises(error):
            await sequences.change_step(db, campaign.team_id, main, step.id, changes, now=now)

    assert await sequences.list_steps(db, campaign.team_id, campaign.id) == [step]


async def test_a_campaign_without_steps_does_not_start(db: Db, now: datetime) -> None:
    campaign, _ = await draft(db)

    with pytest.raises(StepMissing):
        await sequences.start_campaign(db, campaign.team_id, campaign.id, now=now)


async def test_a_campaign_without_sender_does_not_start(db: Db, now: datetime) -> None:
    campaign, _ = await draft(db)
    await make.step(db, campaign)

    with pytest.raises(SenderMissing):
        await sequences.start_campaign(db, campaign.team_id, campaign.id, now=now)


async def test_a_start_names_the_step_that_cannot_be_sent(db: Db, now: datetime) -> None:
    campaign, main = await draft(db)
    opener = await make.step(db, campaign, "Hello")
    await make.step(db, campaign, "", "<p>Any news?</p>")
    await sequences.delete_step(db, campaign.team_id, main, opener.id)

    with pytest.raises(StepInvalid, match=r"^Step 1 cannot be sent\. The first step needs"):
        await sequences.start_campaign(db, campaign.team_id, campaign.id, now=now)


async def test_a_second_start_is_refused_before_the_steps_are_looked_at(
    db: Db, now: datetime
) -> None:
    campaign, _ = await running(db)
    await db.execute("DELETE FROM steps")

    with pytest.raises(AlreadyRunning):
        await sequences.start_campaign(db, campaign.team_id, campaign.id, now=now)


async def test_another_teams_steps_are_not_found(db: Db, now: datetime) -> None:
    campaign, main = await draft(db)
    step = await make.step(db, campaign)
    stranger = (await make.team(db, "Hooli")).id

    for verb in (
        sequences.get_sequence(db, stranger, main),
        sequences.add_step(db, stranger, main, NewStep(StepType.EMAIL, Mail("a", "b")), now=now),
        sequences.change_step(db, stranger, main, step.id, StepChanges({"subject": "a"}), now=now),
        sequences.delete_step(db, stranger, main, step.id),
    ):
        with pytest.raises(SequenceNotFound):
            await verb
    with pytest.raises(CampaignNotFound):
        await sequences.start_campaign(db, stranger, campaign.id, now=now)


async def test_a_step_is_found_in_its_own_sequence_only(db: Db, now: datetime) -> None:
    campaign, main = await draft(db)
    other = await make.campaign(db, campaign.team_id)
    elsewhere = await make.step(db, other)

    for step in (elsewhere.id, ids.step()):
        with pytest.raises(StepNotFound):
            await sequences.delete_step(db, campaign.team_id, main, step)
        with pytest.raises(StepNotFound):
            await sequences.change_step(
                db, campaign.team_id, main, step, StepChanges({"subject": "a"}), now=now
            )


async def test_sequences_go_with_their_campaign(db: Db) -> None:
    campaign, main = await draft(db)

    listed = await sequences.list_sequences(db, campaign.team_id, campaign.id)

    assert [(one.id, one.level) for one in listed] == [(main, 0)]
    assert (await campaigns.get(db, campaign.team_id, campaign.id)).id == listed[0].campaign_id
