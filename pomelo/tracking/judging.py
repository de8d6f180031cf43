"""Mails to which something happened are looked at anew, with all that happened to them before."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from pomelo import activities
from pomelo.activities import Verdict
from pomelo.base.db import Db
from pomelo.base.ids import MessageId
from pomelo.messages import Fetched
from pomelo.tracking import store
from pomelo.tracking.history import History
from pomelo.tracking.history import judge as verdicts_on


async def judge(
    db: Db, mails: Iterable[Fetched], links: Mapping[MessageId, int], *, now: datetime
) -> None:
    """Judge the clicks of some mails anew.

    Args:
        db: The open transaction, in which the leads are locked: of two who do this at the same
            time, the second sees what the first has written.
        mails: Whatever happened to them is recorded.
        links: How many different links they have, as far as it is known.
        now: When it is judged.
    """
    refs = list({(mail.team_id, mail.lead_id, mail.id) for mail in mails})
    clicks = sorted(await activities.list_clicks(db, refs), key=attrgetter("message_id"))
    if not clicks:
        return
    by_mail = {mail: list(some) for mail, some in groupby(clicks, key=attrgetter("message_id"))}
    clicked = [ref for ref in refs if ref[2] in by_mail]
    opened = {one.message_id: one.at for one in await activities.list_first_opens(db, clicked)}
    visits = await store.list_visits(db, [(team, mail) for team, _, mail in clicked])
    found = [
        Verdict(click.team_id, click.lead_id, click.id, reason)
        for mail, some in by_mail.items()
        for click, reason in _reasons(
            History(
                some,
                opened.get(mail),
                [visit.at for visit in visits if visit.message_id == mail],
                links.get(mail),
            )
        )
    ]
    if found:
        await activities.judge(db, found, now=now)


def _reasons(history: History) -> list[tuple[activities.Click, str]]:
    """Give the clicks of which the reason is another one now."""
    reasons = verdicts_on(history)
    return [
        (click, reasons[click.id])
        for click in history.clicks
        if not click.is_bot and reasons[click.id] != click.reason
    ]
