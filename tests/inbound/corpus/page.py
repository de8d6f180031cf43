"""The page that tells how well mail is understood, made from the verdicts."""

from collections.abc import Callable, Sequence
from typing import Final

from pomelo.inbound.model import MailKind
from tests.inbound.corpus.scoring import (
    AUTOMATIC,
    REPORTS,
    Verdict,
    counts,
    of_kinds,
    share,
    taken_for,
)

HEAD: Final = """# How well mail that comes back is understood

This page is written by `make corpus`, and a test compares it. What each kind of mail does is in
[Replies and bounces](guides/replies.md).

## The planted mails

`tests/inbound/corpus/` makes {total:,} mails from a seed: bounces and delays in {servers}
shapes of servers and programs, complaints, read receipts, calendar answers, automatic answers in
{languages} languages, and what people write in {programs} shapes of mail programs: above, below and
between quotes, in old charsets, as HTML only, with words that machines use. It shares no table with
the rules that it tests. Its shapes are facts of those programs; its words were written for it, and
no mail of a person is in it.

**Right** means: the kind; of a bounce also whom it names and
[what it is about](guides/replies.md#bounces).
"""
TRUST: Final = """
## How far to trust it

The rules have seen these mails. What they made of each part when they first met it is what to
expect of shapes and wordings that nobody has planted yet:

| at first sight | right |
|---|---|
| standard delivery reports, complaints, receipts, calendar answers | all |
| automatic answers | all |
| why a bounce came back | 95 % |
| bounces in free form: of 10 programs, 8 | 80 % |
| wishes to unsubscribe, in words of their own | 58 % |
| the day of return | 85 % |
| people's answers not taken for a machine's (the others: odd subjects, bounces attached) | 98 % |
| people's answers not taken for a wish to unsubscribe | all |

What no rule knows is a person's reply, and a reply stops the sequence: so a wish in words that
are not on the list still ends the mails of its campaign. A mail that is misunderstood is mended
by the recipe for patterns in [CONTRIBUTING](../CONTRIBUTING.md).
"""


def page(verdicts: Sequence[Verdict]) -> str:
    """Write the page."""
    planted = [one.planted for one in verdicts]
    reports = of_kinds(verdicts, REPORTS)
    head = HEAD.format(
        total=len(planted),
        servers=len({one.planted.server for one in reports}),
        languages=len({one.language for one in planted}),
        programs=len({one.planted.server for one in of_kinds(verdicts, {MailKind.REPLY})}),
    )
    sections = (
        ("By kind", "kind", counts(verdicts, lambda one: one.planted.kind)),
        ("By language", "language", _by_language(verdicts)),
        ("Bounces and delays by shape", "shape", counts(reports, lambda v: v.planted.server)),
    )
    tables = (f"\n## {title}\n\n{_table(name, rows)}" for title, name, rows in sections)
    return head + "".join(tables) + _besides(verdicts) + TRUST


def _by_language(verdicts: Sequence[Verdict]) -> list[tuple[str, int, int]]:
    return sorted(counts(verdicts, lambda one: one.planted.language))


def _table(name: str, rows: Sequence[tuple[str, int, int]]) -> str:
    lines = [
        f"| {what} | {right:,} | {total:,} | {right / total:.1%} |" for what, right, total in rows
    ]
    return "\n".join([f"| {name} | right | of | |", "|---|---|---|---|", *lines, ""])


def _besides(verdicts: Sequence[Verdict]) -> str:
    rows: tuple[tuple[str, set[MailKind], Callable[[Verdict], bool]], ...] = (
        ("carry a tie to our mail that is found", set(MailKind), lambda one: one.is_traced),
        ("absences whose day of return is read right", {MailKind.AUTO_REPLY}, lambda v: v.is_dated),
        ("answers whose text is clean of quotes", {MailKind.REPLY}, lambda one: one.is_clean),
    )
    machines = len(taken_for(verdicts, AUTOMATIC))
    wishes = len(taken_for(verdicts, {MailKind.UNSUBSCRIBE}))
    shares = "\n".join(
        f"| {what} | {share(of_kinds(verdicts, kinds), good):.1%} |" for what, kinds, good in rows
    )
    return (
        "\n## What matters most\n\n| | |\n|---|---|\n"
        f"| answers of people taken for a bounce or an automatic answer | {machines} |\n"
        f"| wishes to unsubscribe that nobody had | {wishes} |\n{shares}\n"
    )
