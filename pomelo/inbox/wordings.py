"""What a step's mail said: its wording as it was sent, with the lead's variables of today."""

from collections.abc import Sequence

from pomelo import letters, messages
from pomelo.activities import Shown
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import ActivityId
from pomelo.delivery import Pen
from pomelo.letters import Envelope, Letter, Occasion, Writer
from pomelo.messages import Message
from pomelo.sequences import OutputTooLarge, TemplateInvalid, VariableMissing


async def list_wordings(db: Db, pen: Pen, shown: Sequence[Shown]) -> dict[ActivityId, str]:
    """List what mails of steps said, as HTML; those that cannot be written any more are missing.

    Args:
        db: The open transaction.
        pen: Keeps compiled wordings.
        shown: Mails, among other things that happened.
    """
    named = {one.message_id: one for one in shown if one.message_id and one.step_id}
    found: dict[ActivityId, str] = {}
    for mail in await messages.list_by_ids(db, named):
        letter = await _find_letter(db, pen, mail)
        if letter is not None and (html := _written(pen, letter, named[mail.id])):
            found[named[mail.id].id] = html
    return found


async def _find_letter(db: Db, pen: Pen, mail: Message) -> Letter | None:
    """Find a mail's wording, its links as they lead; a deleted step's may be gone."""
    if mail.step_id is None or mail.step_version is None:
        return None
    key = (mail.team_id, mail.step_id, mail.step_version, False, False)
    try:
        await pen.letters.prepare(db, [key])
        return pen.letters.get(key)
    except (KeyError, TemplateInvalid):
        return None


def _written(pen: Pen, letter: Letter, shown: Shown) -> str:
    name, email = shown.sender_name or "", shown.sender_email or ""
    nobody = ids.message()  # whatever links of ours are shown belong to no mail
    envelope = Envelope(
        message_id=nobody,
        header_id="",
        sender_email=email,
        sender_name=name,
        signature="",
        recipient=shown.lead_email,
        recipient_name="",
        values=letters.known(
            shown.lead_variables,
            shown.lead_email,
            shown.campaign_name,
            writer=Writer(name, email, shown.sender_variables or {}),
            occasion=_occasion(shown),
        ),
        base_url=pen.public_url,
        date=shown.created_at,
    )
    try:
        return letters.show(letter, envelope, pen.signer)
    except (VariableMissing, OutputTooLarge):
        return ""


def _occasion(shown: Shown) -> Occasion:
    seed = letters.seed(shown.lead_id, shown.step_id)
    return Occasion(seed, shown.created_at, shown.campaign_timezone)
