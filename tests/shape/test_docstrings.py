"""What a person or a programmer is told: errors as sentences, functions as orders."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pomelo
from pomelo.base.errors import PomeloError
from tests.shape import tree
from tests.shape.test_floors import with_door
from tests.shape.tree import Module

SENTENCE: Final = re.compile(r"[A-Z0-9](?=.* .* ).*[.]", re.DOTALL)
# lemlist's own words, which its clients look for.
LEMLISTS: Final = frozenset(
    {
        "Activity not found",
        "An email is required to unsub a lead",
        "Bad contact identifier",
        "Bad param format: sendUser must be formatted as follow: <sendUserId>|<sendUserEmail>",
        "Bad params: campaignIds must be a non-empty array",
        "Bad params: campaignIds must contain at most 100 items",
        "Bad params: startDate and endDate are required",
        "Bad params: the send user email is not related to the send user id",
        "Campaign has no sequence",
        "Campaign not found",
        "Contact not found",
        "Email account not found",
        "Export with id exp_aa7uvyxECcni5KXBM not found",
        "Inbox not found",
        "Invalid contactId",
        "Invalid email address or domain. Domains must start with @",
        "Invalid host",
        "Invalid leadId",
        "Invalid request body: labelIds must be an array",
        "Invalid request body: labelIds must be an array and appendLabels must be a boolean",
        "Invalid sendUserEmail",
        "Invalid sendUserId",
        "Invalid sendUserMailboxId",
        "Label not found",
        "Label with this name already exists",
        "Lead already in other campaign",
        "Lead already in the campaign",
        "Lead is already launched",
        "Lead not found",
        "Malformed filters",
        "Maximum 10000 values allowed",
        "Method not allowed",
        "Missing required fields",
        "No API key provided",
        "None of the provided sender IDs are members of this team",
        "None of the provided senders have the required capabilities for this campaign",
        "Schedule not found",
        "Sequence not found",
        "Step not found",
        "The authentication you supplied is incorrect",
        "This SMTP mailbox already exists",
        "Unsubscribe not found",
        "Unsubscriber not found",
        "User ID is required",
        "User ID is required to mark as read",
        "User is not a member of this team",
        "User linked to this API key is blocked",
        "User not found",
        "User not in team",
        "Variable is protected and cannot be re-subscribed",
        "Variable not found",
        "Variable not found in unsubscribe list",
        "Variables already exist",
        "Webhook not found",
        "You cannot delete this step because the campaign is running",
        "contactId or leadId is required",
        "labelName is required",
        "recordId is required",
    }
)
SECTION: Final = re.compile(r"^(Args|Returns|Raises|Source|Attributes):$", re.MULTILINE)
ENTRY: Final = re.compile(r"^    (\w+)(?:, (\w+))*: ", re.MULTILINE)


def errors() -> list[type[PomeloError]]:
    """Find every error that a person may read."""
    for module in pkgutil.walk_packages(pomelo.__path__, "pomelo."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, waiting = [], [PomeloError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.startswith("pomelo.")]


def test_every_error_is_a_sentence_for_a_person() -> None:
    wrong = [
        f"{kind.__module__}.{kind.__name__}: {kind.__dict__.get('__doc__')}"
        for kind in errors()
        if (said := " ".join((kind.__dict__.get("__doc__") or "").split())) not in LEMLISTS
        and not SENTENCE.fullmatch(said)
    ]

    assert wrong == [], "\n".join(wrong)


def test_every_module_says_what_it_knows_in_three_lines() -> None:
    wrong = [
        str(module.path)
        for module in tree.modules()
        if len((ast.get_docstring(module.tree) or "").replace("\n\n", "\n").split("\n")) > 3
        or not ast.get_docstring(module.tree)
    ]

    assert wrong == [], "\n".join(wrong)


def test_every_function_behind_a_door_says_what_it_does() -> None:
    wrong = [
        f"{function.__module__}.{function.__name__}: {fault}"
        for function in behind_doors()
        for fault in _faults(function)
    ]

    assert wrong == [], "\n".join(wrong)


def behind_doors() -> Iterator[Callable[..., Any]]:
    """Give every function that a domain offers to others."""
    for domain in sorted(with_door()):
        door = importlib.import_module(f"pomelo.{domain}")
        for name in sorted(tree.exported(domain)):
            if inspect.isfunction(found := getattr(door, name)):
                yield found


def _faults(function: Callable[..., Any]) -> Iterator[str]:
    said = inspect.getdoc(function) or ""
    first = said.split(" ")[0]
    if not first or (first.endswith("s") and not first.endswith("ss")):
        yield "begins with no order"
    sections = SECTION.split(said)[1:]
    told = dict(zip(sections[::2], sections[1::2], strict=True))
    names = {name for entry in ENTRY.findall(told.get("Args", "")) for name in entry if name}
    if strange := names - set(inspect.signature(function).parameters):
        yield f"tells of {sorted(strange)}, which it does not take"
    if raised := _raised(function) - set(re.findall(r"\w+", told.get("Raises", ""))):
        yield f"does not tell that it raises {sorted(raised)}"


def _raised(function: Callable[..., Any]) -> set[str]:
    """Name the errors that a function raises itself."""
    module = next(m for m in tree.modules() if m.name == function.__module__)
    (node,) = (n for n in _top(module) if n.name == function.__name__)
    raised = [one.exc for one in ast.walk(node) if isinstance(one, ast.Raise) and one.exc]
    kinds = [error.func if isinstance(error, ast.Call) else error for error in raised]
    return {ast.unparse(kind).rpartition(".")[2] for kind in kinds}


def _top(module: Module) -> Iterator[tree.Function]:
    return (node for node in module.tree.body if isinstance(node, tree.Function))
