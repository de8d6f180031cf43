"""Where a tracked link leads: never from the request, always from what was sent."""

from collections.abc import Sequence

import msgspec

from pomelo import messages
from pomelo.base.db import Db
from pomelo.base.ids import MessageId, StepId, TeamId
from pomelo.letters.kept import Letters
from pomelo.sequences import TemplateInvalid


class Target(msgspec.Struct, frozen=True):
    """Where a link leads, and how many different ones its mail has."""

    url: str
    links: int


async def target(db: Db, letters: Letters, message: MessageId, link: int) -> Target | None:
    """Find where a link leads, also after its lead was removed.

    Args:
        db: The open transaction.
        letters: Compiled wordings.
        message: The mail the link stood in.
        link: Its number, from 1.

    Returns:
        Its http or https URL; nothing when there is no such link any more.
    """
    found = await messages.list_by_ids(db, [message])
    if found:
        sent = found[0]
        if sent.links is not None:
            return _pick(sent.links, link)
        return await _static(db, letters, (sent.team_id, sent.step_id, sent.step_version), link)
    buried = await messages.find_buried(db, message)
    if buried is None:
        return None
    return await _static(db, letters, (buried.team_id, buried.step_id, buried.step_version), link)


async def _static(
    db: Db, letters: Letters, version: tuple[TeamId, StepId | None, int | None], link: int
) -> Target | None:
    team, step, number = version
    if step is None or number is None:  # a single mail, whose links are its own
        return None
    key = (team, step, number, True, True)
    try:
        await letters.prepare(db, [key])
        return _pick(letters.get(key).static_links, link)
    except (KeyError, TemplateInvalid):
        return None


def _pick(links: Sequence[str | None], link: int) -> Target | None:
    found = links[link - 1] if 0 < link <= len(links) else None
    if found is None or not found.lower().startswith(("http://", "https://")):
        return None
    return Target(found, len({one for one in links if one}))
