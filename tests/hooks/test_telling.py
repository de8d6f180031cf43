"""What happened is told: to whom, of what, in which words and in which order."""

import json
from datetime import timedelta

import pytest

from pomelo import activities, hooks
from pomelo.activities import Filter, Untold, Verdict
from pomelo.base.ids import ActivityId, CampaignId, HookId, LeadId, TeamId
from pomelo.base.secret import Secret
from pomelo.hooks.model import Listener
from pomelo.hooks.telling import tell
from pomelo.hooks.types import told_as, wants
from pomelo.leads import ActivityType, LeadState
from tests.hooks.office import Office
from tests.hooks.receiver import receiving

SENT, OPENED, REPLIED = (
    ActivityType.EMAILS_SENT,
    ActivityType.EMAILS_OPENED,
    ActivityType.EMAILS_REPLIED,
)


async def test_an_activity_is_told_as_the_list_of_activities_shows_it(here: Office) -> None:
    lead = await here.add_lead(firstName="Richard", companyName="Pied Piper")
    async with receiving() as receiver:
        await here.add_hook(receiver.url, type="emailsSent")
        await here.happen(lead, SENT)

        await here.work()

    async with here.database.transaction() as db:
        (listed,) = await activities.list_page(db, here.team, Filter(), offset=0, limit=9)
    (told,) = receiver.told
    shown = json.loads(json.dumps(activities.classic(listed, None)))
    assert told.json == shown | {"name": "Campaign1", "contactId": lead.contact_id}
    assert told.json["leadEmail"] == "richard@piedpiper.com"
    assert told.json["firstName"] == told.json["leadFirstName"] == "Richard"
    assert told.headers["content-type"] == "application/json"


async def test_lemlists_secret_is_said_in_the_body(here: Office) -> None:
    lead = await here.add_lead(secret="not this one")
    async with receiving() as receiver:
        await here.add_hook(receiver.url, type="emailsSent", secret=Secret("squirrel 🐿"))
        await here.happen(lead, SENT)

        await here.work()

    assert receiver.told[0].json["secret"] == "squirrel 🐿"


async def test_a_hook_for_everything_hears_the_fact_and_then_the_state(here: Office) -> None:
    lead = await here.add_lead()
    async with receiving() as receiver:
        await here.add_hook(receiver.url)
        await here.happen(lead, SENT, OPENED, OPENED)

        await here.work()

    assert receiver.types == ["emailsSent", "contacted", "emailsOpened", "hooked", "emailsOpened"]
    assert len(set(receiver.ids)) == 5


async def test_what_happened_before_the_hook_is_not_told(here: Office) -> None:
    lead = await here.add_lead()
    await here.happen(lead, SENT)
    async with receiving() as receiver:
        await here.add_hook(receiver.url)
        await here.happen(lead, OPENED)

        await here.work()

    assert receiver.types == ["emailsOpened", "hooked"]


async def test_a_removed_hook_is_told_nothing_more(here: Office) -> None:
    lead = await here.add_lead()
    async with receiving() as receiver:
        hook = await here.add_hook(receiver.url)
        await here.happen(lead, SENT)
        async with here.database.transaction() as db:
            await hooks.remove(db, here.team, hook.id)

        await here.work()

    assert receiver.told == []


async def test_what_a_machine_did_is_not_told(here: Office) -> None:
    lead = await here.add_lead()
    async with receiving() as receiver:
        await here.add_hook(receiver.url)
        await here.happen(lead, OPENED, is_bot=True)

        await here.work()

    assert receiver.told == []


async def test_a_fact_that_is_told_again_has_another_id_and_says_what_is_known_now(
    here: Office,
) -> None:
    lead = await here.add_lead()
    async with receiving() as receiver:
        await here.add_hook(receiver.url, type="emailsOpened")
        await here.happen(lead, OPENED)
        await here.work()
        async with here.database.transaction() as db:
            await db.execute("UPDATE activities SET is_bot = true, told_at = NULL")

        await here.work()

    first, again = receiver.told
    assert first.json["_id"] == again.json["_id"]
    assert first.id != again.id
    assert (first.json["bot"], again.json["bot"]) == (False, True)


async def test_a_click_that_was_a_machines_is_told_again_and_no_state_with_it(here: Office) -> None:
    lead = await here.add_lead()
    async with receiving() as receiver:
        await here.add_hook(receiver.url, is_first=True)
        await here.happen(lead, ActivityType.EMAILS_CLICKED)
        await here.work()
        verdict = Verdict(lead.team_id, lead.id, receiver.told[0].json["_id"], "all_links")
        async with here.database.transaction() as db:
            await activities.judge(db, [verdict], now=here.clock.now())

        await here.work()

    assert receiver.types == ["emailsClicked", "attracted", "emailsClicked"]
    first, _, again = receiver.told
    assert (first.json["_id"], first.id != again.id) == (again.json["_id"], True)
    assert (again.json["bot"], again.json["reason"]) == (True, "all_links")


async def test_teams_hear_only_of_themselves(here: Office) -> None:
    strangers = await here.add_campaign("Hooli")
    async with receiving() as ours, receiving() as theirs:
        await here.add_hook(ours.url)
        await here.add_hook(theirs.url, of=strangers)
        await here.happen(await here.add_lead(), SENT)

        await here.work()

    assert (len(ours.told), len(theirs.told)) == (2, 0)


async def test_many_hooks_are_told_in_several_goes_and_miss_nothing(here: Office) -> None:
    for _ in range(100):
        await here.add_hook("http://127.0.0.1/", type="emailsSent")
    for number in range(25):
        await here.happen(await here.add_lead(f"{number}@piedpiper.com"), ActivityType.EMAILS_SENT)

    queued, is_told = [], True
    while is_told:
        async with here.database.transaction() as db:
            is_told = await tell(db, now=here.clock.now())
            queued.append(await db.fetchval("SELECT count(*) FROM hook_deliveries"))

    assert queued == [1000, 2000, 2500, 2500]


async def test_without_a_hook_nothing_waits_to_be_told(here: Office) -> None:
    lead = await here.add_lead()
    await here.happen(lead, SENT, OPENED)

    async with here.database.transaction() as db:
        waiting = await db.fetchval("SELECT count(*) FROM activities WHERE told_at IS NULL")
        size = await db.fetchval("SELECT pg_relation_size('activities_untold')")

    assert (waiting, size) == (0, 8192)


async def test_who_is_erased_is_told_of_no_more_and_leaves_nothing(here: Office) -> None:
    lead = await here.add_lead()
    async with receiving() as receiver:
        hook = await here.add_hook(receiver.url)
        await here.happen(lead, SENT)
        await here.work()
        await here.happen(lead, OPENED)
        async with here.database.transaction() as db:
            await activities.remove(db, here.team, lead.id)

        await here.work()

    assert receiver.types == ["emailsSent", "contacted"]
    assert await here.log(hook) == []


async def test_a_leads_facts_come_in_order_also_after_failures(here: Office) -> None:
    lead = await here.add_lead()
    failing = {"is": True}
    async with receiving(lambda _: FAIL if failing["is"] else OK) as receiver:
        await here.add_hook(receiver.url, type="emailsSent")
        hook = await here.add_hook(receiver.url + "/all")
        await here.happen(lead, SENT)
        await here.work()
        await here.happen(lead, OPENED)
        await here.work()
        await here.happen(lead, REPLIED)
        failing["is"] = False
        receiver.told.clear()

        here.clock.forward(timedelta(seconds=10))
        await here.until_next(hook)
        await here.work()

    told = [one.json["type"] for one in receiver.told if one.path.endswith("/all")]
    assert told == ["emailsSent", "contacted", "emailsOpened", "hooked", "emailsReplied", "warmed"]


FAIL = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
OK = b"HTTP/1.1 204 Fine\r\n\r\n"
FACT = Untold(
    team_id=TeamId("tea_1"),
    id=ActivityId("act_1"),
    type=OPENED,
    campaign_id=CampaignId("cam_1"),
    lead_id=LeadId("lea_1"),
    is_first=False,
    is_bot=False,
    reached=LeadState.HOOKED,
)


def listener(**wanted: object) -> Listener:
    given = {"team_id": "tea_1", "id": HookId("hoo_1"), "type": None, "campaign_id": None}
    return Listener(**{**given, "is_first": False, **wanted})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "hears"),
    [
        ({}, ["emailsOpened", "hooked"]),
        ({"type": "emailsOpened"}, ["emailsOpened"]),
        ({"type": "hooked"}, ["hooked"]),
        ({"type": "emailsSent"}, []),
        ({"campaign_id": "cam_1"}, ["emailsOpened", "hooked"]),
        ({"campaign_id": "cam_2"}, []),
        ({"is_first": True}, []),
        ({"team_id": "tea_2"}, []),
    ],
)
def test_a_hook_hears_what_it_asked_for(wanted: dict[str, object], hears: list[str]) -> None:
    assert [told for told in told_as(FACT) if wants(listener(**wanted), FACT, told)] == hears


@pytest.mark.parametrize("old", ["emailsSendFailed"])
def test_names_of_former_times_mean_what_they_mean_today(old: str) -> None:
    assert wants(listener(type=old), FACT, ActivityType.EMAILS_FAILED)


@pytest.mark.parametrize("text", [None, "", "*"])
def test_no_type_means_all(text: str | None) -> None:
    assert hooks.parse_type(text) is None


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(hooks.TypeUnknown):
        hooks.parse_type("emailsRead")
