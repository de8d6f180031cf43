"""Where a tracked link leads: never from the request, always from what was sent."""

from pomelo import messages
from pomelo.base.db import Db
from pomelo.base.ids import MessageId, StepId, TeamId
from pomelo.letters.kept import Letters
from pomelo.sequences import TemplateInvalid


async def target(db: Db, letters: Letters, message: MessageId, link: int) -> str | None:
    """Give a link's target, also after its lead was removed.

    Args:
        db: The open transaction.
        letters: Compiled wordings.
        message: The mail the link stood in.
        link: Its number, from 1.

    Returns:
        An http or https URL; nothing when there is no such link any more.
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
    db: Db, letters: Letters, version: tuple[TeamId, StepId, int], link: int
) -> str | None:
    key = (*version, True, True)
    try:
        await letters.prepare(db, [key])
        return _pick(letters.get(key).static_links, link)
    except (KeyError, TemplateInvalid):
        return None


def _pick(links: tuple[str | None, ...] | tuple[str, ...], link: int) -> str | None:
    found = links[link - 1] if 0 < link <= len(links) else None
    is_web = found is not None and found.lower().startswith(("http://", "https://"))
    return found if is_web else None
