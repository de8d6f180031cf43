"""The guide "Replies and bounces": its commands do and say what it says."""

import re
from pathlib import Path

from pomelo.base.db import Database
from pomelo.leads import LeadState
from tests.cli.test_receive import COMMAND, run
from tests.inbound import sent as mailing
from tests.make import KEY

GUIDE = Path(__file__).parents[2] / "docs/guides/replies.md"
EXAMPLE = re.compile(r"```sh\n(pomelo receive .*?)\n```\n\n```\n(.*?)\n```", re.S)
MAILS = {
    "absence.eml": "auto_exchange_english",
    "reply.eml": "reply_top_posted",
    "bounce.eml": "bounce_full_mailbox",
}


async def test_the_guides_examples_say_what_it_says(
    database: Database, home: Path, tmp_path: Path
) -> None:
    async with database.transaction() as db:
        sent = await mailing.sent(db)
        await db.execute("UPDATE senders SET email = $1, address_key = $1", "jared@piedpiper.com")
    environment = {"POMELO_DATA_DIR": str(home), "POMELO_SECRET_KEY": KEY}
    examples = EXAMPLE.findall(GUIDE.read_text("utf-8"))

    said = []
    for line, _ in examples:
        options, name = line.removeprefix("pomelo receive ").split(" < ")
        command = (*COMMAND, *options.split())
        raw = sent.answer(MAILS[name]).replace(b"<answer.1@", f"<{name}@".encode())
        said.append((await run(command, raw, environment)).out.strip())

    assert len(examples) == len(MAILS)
    told = [text.replace("lea_5Tq7yQyPQnLcKT2vE", sent.lead.id) for _, text in examples]
    assert said == told
    async with database.transaction() as db:
        assert await sent.state(db) is LeadState.EMAILS_BOUNCED
