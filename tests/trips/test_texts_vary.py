"""Spintax, dates and a sender's own variables, on the wire."""

from email.message import EmailMessage

from pomelo import activities, delivery, senders, sequences
from pomelo.delivery import Pen, StepView
from pomelo.leads import Lead, LeadState
from pomelo.senders import Changes
from tests import make
from tests.trips.conftest import Open
from tests.wire import PostOffice

SUBJECT = "{One|Two|Three|Four} {{firstName}}"
SPIN = "{" + "|".join(f"word{n}" for n in range(20)) + "}"


def text(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).partition("\n")[0].strip()


async def shown(post: PostOffice, lead: Lead) -> tuple[str, str]:
    pen = Pen(make.VAULT, "http://track.test")
    async with post.database.transaction(readonly=True) as db:
        (step,) = await sequences.list_steps(db, post.team.id, post.campaign.id)
        wish = StepView(post.campaign.id, step.id, lead.id)
        found = await delivery.preview(db, pen, post.team.id, wish, now=post.clock.now())
    assert found.mail is not None
    return found.mail.subject, found.mail.text.partition("\n")[0]


async def test_every_lead_gets_the_wording_that_its_preview_showed(office: Open) -> None:
    post = await office((SUBJECT, f"<p>{SPIN} {{{{ 'now' | date: '%d.%m. %H:%M' }}}}</p>"))
    people = [
        await post.add(f"p{n}@piedpiper.com", {"firstName": str(n), "timezone": "Asia/Tokyo"})
        for n in range(12)
    ]
    before = {lead.email: await shown(post, lead) for lead in people}

    await post.work()

    mails = {lead.email: post.mails(lead.email)[0] for lead in people}
    assert {one: (mail["Subject"], text(mail)) for one, mail in mails.items()} == before
    assert len({said for _, said in before.values()}) > 4


async def test_who_waits_for_what_its_sender_lacks_goes_on_when_that_is_there(
    office: Open,
) -> None:
    post = await office(("Hi", "<p>Ring {{ sender.phone }}</p>"))
    lead = await post.add("richard@piedpiper.com")
    await post.work()
    failed = (await post.lead(lead.id)).stopped_by

    async with post.database.transaction() as db:
        said = Changes(variables={"phone": "555"})
        await senders.change(db, post.team.id, post.sender.id, said, now=post.clock.now())
        await activities.mend_campaign(db, post.team.id, post.campaign.id, now=post.clock.now())
    await post.work()

    assert failed == "emailsFailed"
    assert (await post.lead(lead.id)).state is LeadState.CONTACTED
    assert text(post.mails("richard@piedpiper.com")[0]) == "Ring 555"
