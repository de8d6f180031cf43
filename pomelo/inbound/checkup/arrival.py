"""What a test mail tells that came back: where it lies, and what its own provider says of it."""

import re
from typing import Final

from msgspec import Struct

from pomelo.inbound.checkup.findings import MAIL_SUBJECT, CheckFinding, Topic
from pomelo.inbound.mailboxes.model import Role
from pomelo.inbound.mime.headers import Fields
from pomelo.senders import SavesSentCopy

MAIL: Final = Topic(
    MAIL_SUBJECT, "What does not arrive here arrives nowhere, and replies would not be seen."
)
RESULTS: Final = Topic(
    "authentication", "Every receiver checks the same; what fails here fails elsewhere too."
)
PLUS: Final = Topic(
    "plus addressing", "Bounces and replies to name+word@ are told apart more surely."
)
COPY: Final = Topic(
    "Sent copy", "People see what was written, and a mail in doubt is found in the Sent folder."
)
METHODS: Final = ("spf", "dkim", "dmarc")
_COMMENT: Final = re.compile(r"\([^()]{0,1000}\)")
_RESULT: Final = re.compile(r"\s*([a-z0-9-]{1,20})(?:\s*/\s*\d+)?\s*=\s*([a-z]{1,20})", re.I)


class Arrival(Struct, frozen=True):
    """A mail that came back: after how long, into which folder, with which header fields."""

    seconds: float
    role: Role
    fields: Fields


class Journey(Struct, frozen=True, kw_only=True):
    """How two test mails went, one to the address and one to its plus form.

    Attributes:
        refusal: Why the first could not be handed over, in a sentence of ours; empty = it could.
        back: The first, when it came back.
        is_plus_refused: The server did not take the second.
        plus_back: The second, when it came back.
        has_sent: There is a Sent folder that we found.
        is_kept: A copy lies in it, which we did not put there.
        waited: Seconds that were waited in all.
    """

    refusal: str = ""
    back: Arrival | None = None
    is_plus_refused: bool = False
    plus_back: Arrival | None = None
    has_sent: bool = False
    is_kept: bool = False
    waited: float = 0.0

    @property
    def learnt(self) -> SavesSentCopy | None:
        """Who must keep copies of what is sent; None when nobody can tell."""
        if self.is_kept:
            return SavesSentCopy.SERVER
        return SavesSentCopy.APPEND if self.back and self.has_sent else None


def judge_mail(journey: Journey) -> CheckFinding:
    """Judge whether the test mail came back."""
    if journey.refusal:
        return MAIL.wrong(journey.refusal, "See what the mail host says, and ask it why.")
    back = journey.back
    if back is None:
        return MAIL.wrong(
            f"The test mail did not come back within {journey.waited:.0f} seconds.",
            "Look for it in the mailbox; where mail is slow, wait longer: --wait 300.",
        )
    if back.role is Role.JUNK:
        return MAIL.doubt(
            f"The test mail came back after {back.seconds:.1f} seconds, into Junk.",
            "Mend what this check finds amiss, and mark the mail as no spam.",
        )
    return MAIL.good(f"The test mail came back into the inbox after {back.seconds:.1f} seconds.")


def judge_plus(journey: Journey) -> CheckFinding:
    """Judge whether mail to the plus form of the address arrives."""
    if journey.plus_back is not None:
        return PLUS.good("A mail to the plus form of the address arrived as well.")
    how = "is refused" if journey.is_plus_refused else "did not come back"
    return PLUS.doubt(
        f"A mail to the plus form of the address {how}.",
        "Nothing need be done; turn plus addressing on at the mail host if it can do it.",
    )


def judge_copy(journey: Journey, setting: SavesSentCopy | None) -> CheckFinding:
    """Judge who keeps copies of what is sent.

    Args:
        journey: What was seen.
        setting: What counts from now on, said by a person or learnt.
    """
    if setting is SavesSentCopy.NONE:
        return COPY.doubt(
            "Nobody keeps copies (none).", "`pomelo sender set ADDRESS --sent-copy append`."
        )
    if setting is SavesSentCopy.APPEND and journey.is_kept:
        return COPY.doubt(
            "The server keeps copies by itself, and Pomelo puts a second one beside each.",
            "`pomelo sender set ADDRESS --sent-copy server`.",
        )
    if journey.is_kept or setting is SavesSentCopy.SERVER:
        return COPY.good("The mail server keeps copies of what is sent.")
    if not journey.has_sent:
        return COPY.doubt(
            "No Sent folder was found.", "Name it: `pomelo sender set ADDRESS --sent-folder NAME`."
        )
    return COPY.good("The mail server keeps no copies, so Pomelo puts each mail into Sent.")


def results(fields: Fields) -> dict[str, str]:
    """Read what the provider itself found: the topmost field is the one it wrote last.

    Source:
        RFC 8601 2.2 and 5.
    """
    value = next((text for name, text in fields if name == "authentication-results"), "")
    said = (_RESULT.match(part) for part in _COMMENT.sub(" ", value).split(";")[1:])
    found = [(one[1].lower(), one[2].lower()) for one in said if one]
    return {name: result for name, result in reversed(found) if name in METHODS}


def judge_results(fields: Fields) -> CheckFinding:
    """Judge what the sender's own provider says of SPF, DKIM and DMARC."""
    found = results(fields)
    told = ", ".join(f"{name} {found[name]}" for name in METHODS if name in found)
    if not told:
        return RESULTS.doubt(
            "The mail host does not tell what it found.",
            "Send a mail to a mailbox elsewhere, and read its Authentication-Results header.",
        )
    if any(found.get(name, "pass") not in ("pass", "none", "bestguesspass") for name in METHODS):
        return RESULTS.wrong(f"The mail host found: {told}.", "Mend SPF, DKIM and DMARC as below.")
    if "pass" not in found.values():
        return RESULTS.doubt(
            f"The mail host found: {told} (mail that stays inside is often not checked).",
            "Send a mail to a mailbox elsewhere, and read its Authentication-Results header.",
        )
    return RESULTS.good(f"The mail host found: {told}.")
