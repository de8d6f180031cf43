"""The guide "What a text may say": its templates can be written, and say what it says."""

import re
from datetime import UTC, datetime

from pomelo.letters import Occasion, Preview, StepContent, Writer, known, preview
from tests.letters.mails import SIGNER, envelope
from tests.postgres import ROOT

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)  # a Wednesday
TEXTS = re.findall(
    r"```liquid\n(.*?)\n```", (ROOT / "docs/guides/texts.md").read_text("utf-8"), re.DOTALL
)


def shown(text: str, seed: str = "") -> Preview:
    occasion = Occasion(seed, NOW, "America/New_York")
    values = known({}, "r@p.com", "Campaign1", writer=Writer("Jared", "j@p.com"), occasion=occasion)
    content = StepContent("x", text, track_opens=False, track_clicks=False)
    return preview(content, envelope(values=values), SIGNER)


def test_every_text_of_the_guide_can_be_written_for_a_lead_without_variables() -> None:
    assert [shown(text).missing for text in TEXTS] == [(), (), ()]


def test_defaults_and_conditions_stand_in_for_what_is_missing() -> None:
    assert shown(TEXTS[0]).text.startswith("Hello there,\nhow are you?")


def test_all_its_variations_come() -> None:
    said = " ".join(shown(TEXTS[1], str(seed)).text for seed in range(100))

    for words in ("Hi there", "Good day there", "I saw you", "we read of you", "we heard of you"):
        assert words in said
    assert "Shall we talk?" in said
    assert "Is Wednesday good for a call?" in said


def test_its_dates_are_those_of_the_leads_clocks() -> None:
    assert shown(TEXTS[2]).text.startswith("01.07.2026 · Thursday, 09:30")
