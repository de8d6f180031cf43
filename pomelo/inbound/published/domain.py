"""What the name system says of a sender's domain: mail exchangers, SPF, DMARC, our own key.

All questions go out at once; one that nobody answers is said to be so, and fails nothing.
"""

import asyncio
from typing import Final

from pomelo.inbound.checkup.findings import CheckFinding, Topic
from pomelo.inbound.published import dmarc, signing, spf
from pomelo.inbound.published.names import Answer, AskNames, NoName
from pomelo.senders import is_public

# So many records are looked at; one that needs more counts for nothing long before.
RECORDS: Final = 24
DOMAIN_SECONDS: Final = 15.0
EXCHANGERS: Final = Topic("MX", "Replies and bounces arrive where the domain takes its mail.")


async def examine_domain(domain: str, ask: AskNames) -> list[CheckFinding]:
    """Look at what a domain publishes; within 15 seconds.

    Args:
        domain: In A-labels.
        ask: Asks the name system.
    """
    if not is_public(domain):
        ask = _nobody
    exchangers, tree, policies = await asyncio.gather(
        ask(domain, "MX"), _spf_tree(domain, ask), _policies(domain, ask)
    )
    found = judge_exchangers(domain, exchangers)
    if isinstance(exchangers, NoName):  # nothing can be published there
        return [found]
    return [found, spf.judge(domain, tree), dmarc.judge(domain, policies)]


async def examine_key(name: str, ask: AskNames, expected: str = "") -> CheckFinding:
    """Look at what is published of a key; see `signing.judge_key`."""
    return signing.judge_key(name, await ask(name, "TXT"), expected)


def judge_exchangers(domain: str, answer: Answer) -> CheckFinding:
    """Judge where a domain takes its mail.

    Source:
        RFC 5321 5.1; RFC 7505 (a single dot means: nowhere).
    """
    if answer is None:
        return EXCHANGERS.unasked(domain)
    if isinstance(answer, NoName):
        return EXCHANGERS.wrong(
            f"{domain} does not exist in DNS.",
            "Check the spelling of the sender's address, or register the domain.",
        )
    hosts = [record.partition(" ")[2].rstrip(".") for record in answer]
    if not hosts:
        return EXCHANGERS.doubt(
            f"{domain} names no mail exchanger, so its answers go to the host of that name.",
            "Publish MX records, as your mail host tells.",
        )
    if not any(hosts):
        return EXCHANGERS.wrong(
            f"{domain} says that it takes no mail.", "Replace the null MX by your mail host's."
        )
    return EXCHANGERS.good(f"Mail for {domain} is taken by {', '.join(hosts)[:200]}.")


async def _nobody(_name: str, _kind: str) -> Answer:
    """Ask nobody: the public DNS does not know the domain."""


async def _spf_tree(domain: str, ask: AskNames) -> dict[str, Answer]:
    """Read a domain's texts, then those of all domains that its record follows."""
    tree: dict[str, Answer] = {}
    level = [domain]
    try:
        async with asyncio.timeout(DOMAIN_SECONDS):
            while level and len(tree) < RECORDS:
                level = level[: RECORDS - len(tree)]
                answers = await asyncio.gather(*(ask(name, "TXT") for name in level))
                tree.update(zip(level, answers, strict=True))
                found = (name for answer in answers for name in spf.followed(answer))
                level = [name for name in dict.fromkeys(found) if name not in tree]
    except TimeoutError:
        pass
    return tree


async def _policies(domain: str, ask: AskNames) -> dict[str, Answer]:
    names = dmarc.names_to_ask(domain)
    answers = await asyncio.gather(*(ask(f"_dmarc.{name}", "TXT") for name in names))
    return dict(zip(names, answers, strict=True))
