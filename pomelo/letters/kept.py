"""Steps' wordings, compiled once a version and kept while they are used."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from pomelo import sequences
from pomelo.base.db import Db
from pomelo.base.ids import StepId, TeamId
from pomelo.letters.compose import Letter, StepContent
from pomelo.sequences import StepVersion, TemplateInvalid

KEPT: Final = 1000
# Team, step, version, and what its campaign tracks (opens, clicks).
Key = tuple[TeamId, StepId, int, bool, bool]


class Letters:
    """Compiled letters, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Letter | TemplateInvalid] = OrderedDict()

    async def prepare(self, db: Db, keys: Iterable[Key]) -> None:
        """Read and compile those that are not at hand."""
        wanted = dict.fromkeys(keys)
        missing = [key for key in wanted if key not in self._kept]
        for key in wanted.keys() - missing:
            self._kept.move_to_end(key)
        if not missing:
            return
        versions = await sequences.contents(db, [key[:3] for key in missing])
        contents = {(v.team_id, v.step_id, v.version): v for v in versions}
        for key in missing:
            self._kept[key] = _compiled(contents[key[:3]], key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def get(self, key: Key) -> Letter:
        """Give a prepared letter.

        Raises:
            TemplateInvalid: Its wording cannot be used; the step fails for its leads.
        """
        self._kept.move_to_end(key)
        kept = self._kept[key]
        if isinstance(kept, TemplateInvalid):
            raise kept
        return kept


def _compiled(version: StepVersion, key: Key) -> Letter | TemplateInvalid:
    content = StepContent(
        subject=version.subject, message=version.message, track_opens=key[3], track_clicks=key[4]
    )
    try:
        return Letter.compile(content)
    except TemplateInvalid as problem:  # one wording must not stop a worker
        return problem
