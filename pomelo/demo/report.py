"""The end of the demo in words: funnel, states, refused rows, and what did not come out right."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pomelo.demo.checks import Check, funnel
from pomelo.demo.found import Found
from pomelo.demo.neighbours import ANNA, Neighbours
from pomelo.demo.show import Show
from pomelo.demo.stage import Refusal

BAR: Final = 40
CUT: Final = 300


def tell(
    show: Show,
    found: Found,
    refused: Sequence[Refusal],
    *,
    near: Neighbours,
    checks: Sequence[Check],
) -> None:
    """Print what was found, and every check that does not hold.

    Args:
        show: Where to print.
        found: What the server says of the mails.
        refused: Rows of the file that became no lead.
        near: What it says of the neighbours.
        checks: Every number, with what it must be.
    """
    show.say()
    show.say("The funnel")
    _show_funnel(show, funnel(found.people))
    show.say()
    show.say("The states of the leads        campaign  reviewed  draft")
    _show_states(show, found)
    show.say()
    show.say(f"Refused rows of the file: {len(refused)}")
    for refusal in refused:
        row = refusal.row
        show.say(f"  row {row.number:3}  {row.email}: {refusal.status} {refusal.sentence}")
    show.say()
    show.say("The neighbours: has somebody a phone? Each branch ends in a task for a person")
    _show_neighbours(show, near)
    show.say()
    _show_checks(show, checks)


def tell_where(show: Show, *, file: Path, url: str, key: str, person: str) -> None:
    """Print where the export lies, and three commands that look further.

    Args:
        show: Where to print.
        file: Where the export is.
        url: Where the server is.
        key: A key of the team, or the name of a variable that holds one.
        person: Address of somebody worth a look.
    """
    login = f'--user ":{key}"'
    show.say(f"The campaign's statistics as CSV: {file}")
    show.say()
    show.say("Three commands to try with a server that stays (`make run`, `pomelo demo --stay`):")
    show.say(f"  curl {login} {url}/api/campaigns")
    show.say(f'  curl {login} "{url}/api/activities?type=emailsReplied&limit=5"')
    show.say(f'  curl {login} "{url}/api/leads/{quote(person)}?version=v2"')


def _show_funnel(show: Show, steps: Mapping[str, int]) -> None:
    whole = max(1, *steps.values())
    for step, count in steps.items():
        show.say(f"  {step:16} {count:4}  {'#' * round(BAR * count / whole)}".rstrip())


def _show_states(show: Show, found: Found) -> None:
    for state, count in found.states.items():
        others = f"{found.guests[state]:9} {found.next[state]:6}"
        show.say(f"  {state:28} {count:8} {others}")
    show.say(f"  {'failed (the old name)':28} {found.failed:8}")


def _show_neighbours(show: Show, near: Neighbours) -> None:
    for email, tasks in near.tasks.items():
        for kind, content in tasks:
            show.say(f"  {email:22} {kind:8} {content}")
    show.say(f"Why does {ANNA} get nothing? {near.why.sentence} {near.why.do_this}".rstrip())


def _show_checks(show: Show, checks: Sequence[Check]) -> None:
    wrong = [check for check in checks if not check.holds]
    for check in wrong:
        show.say(f"WRONG: {check.name}: {_cut(check.expected)} expected, {_cut(check.found)} found")
    right = len(checks) - len(wrong)
    show.say(f"{right} of {len(checks)} numbers are what the people's script says they must be.")


def _cut(value: object) -> str:
    text = str(value)
    return text if len(text) <= CUT else f"{text[:CUT]}..."
