"""Where steps stand and what comes after each, whatever branches there are."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pomelo.base.ids import CampaignId, SequenceId, StepId, TeamId
from pomelo.sequences import Spot, StepType, Structure
from pomelo.sequences.kinds import Outline

E, C, T = StepType.EMAIL, StepType.CONDITIONAL, StepType.MANUAL
Tree = list[Any]


def outlines(
    tree: Tree, name: str = "main", level: int = 0, of: str = "", **more: bool
) -> list[Outline]:
    """Steps of a sequence and of the branches below; a step is named by its way."""
    made = []
    common = (TeamId("tea"), CampaignId("cam"), SequenceId(name), level)
    parent, side = StepId(of) if of else None, more.get("is_fallback")
    if not tree:
        return [Outline(*common, parent, side, None, None, None, None, None, None)]
    for position, what in enumerate(tree):
        step = f"{name}{position}"
        kind = C if isinstance(what, tuple) else what
        made.append(Outline(*common, parent, side, StepId(step), kind, position, 1, 0, 1))
        if isinstance(what, tuple):
            for is_fallback, branch in enumerate(what):
                side_name = f"{step}{'yn'[is_fallback]}"
                made += outlines(branch, side_name, level + 1, step, is_fallback=bool(is_fallback))
    return made


def walk(structure: Structure, choices: list[bool]) -> list[str]:
    """Go from the first step to the end, taking branches as said."""
    way, spot, turns = [], structure.at(None, 0), iter(choices)
    while spot is not None:
        way.append(str(spot.step))
        spot = _onward(structure, spot, turns)
    return way


def _onward(structure: Structure, spot: Spot, turns: Iterator[bool]) -> Spot | None:
    if spot.type is C:
        return structure.chosen(spot, holds=next(turns, True))
    return structure.after(spot.branch, spot.position)


def expected(tree: Tree, choices: "list[bool]", name: str = "main") -> list[str]:
    """The same, by plain recursion over the tree."""
    way = []
    for position, what in enumerate(tree):
        step = f"{name}{position}"
        way.append(step)
        if isinstance(what, tuple):
            holds = choices.pop(0) if choices else True
            branch = what[0 if holds else 1]
            way += expected(branch, choices, f"{step}{'y' if holds else 'n'}")
    return way


trees = st.recursive(
    st.lists(st.sampled_from([E, T]), max_size=3),
    lambda inner: st.lists(st.one_of(st.sampled_from([E, T]), st.tuples(inner, inner)), max_size=3),
    max_leaves=8,
)


@given(trees, st.lists(st.booleans(), max_size=12))
def test_every_way_passes_the_steps_that_a_reader_of_the_tree_expects(
    tree: Tree, choices: list[bool]
) -> None:
    assert walk(Structure(outlines(tree)), choices) == expected(tree, list(choices))


def test_a_branch_without_steps_is_passed_at_once() -> None:
    structure = Structure(outlines([([], [E]), T]))
    condition = structure.at(None, 0)

    assert condition is not None
    holds = structure.chosen(condition, holds=True)
    assert (holds and holds.step, holds and holds.before) == ("main1", "main0")


def test_only_a_mail_with_none_before_it_opens() -> None:
    structure = Structure(outlines([T, ([E, E], [T]), E]))

    assert structure.opens(SequenceId("main1y"), 0)
    assert not structure.opens(SequenceId("main1y"), 1)
    assert structure.opens(SequenceId("main1n"), 1)
    assert structure.is_followed_up
