"""A mail that was sent an hour ago."""

from datetime import timedelta

import pytest

from pomelo.base.db import Database
from pomelo.base.ids import MessageId
from pomelo.base.sql import Query
from tests import make

MAIL = MessageId("msg_22222222222222222")
SENT = Query(
    "sent",
    """
    INSERT INTO messages (team_id, id, campaign_id, lead_id, sender_id, step_id, step_version,
      sequence_step, state, fence, recipient, address_key, header_id, subject, data_at, sent_at,
      created_at)
    VALUES (:team_id, :id, :campaign_id, :lead_id, :sender_id, :step_id, 1, 0, 'sent', 1, :email,
      :email, '<one@piedpiper.example>', 'Hello', :sent_at, :sent_at, :sent_at)""",
)


@pytest.fixture
async def mail(database: Database) -> MessageId:
    async with database.transaction() as db:
        team = await make.team(db)
        sender = await make.sender(db, team.id)
        campaign = await make.campaign(db, team.id)
        step = await make.step(db, campaign)
        lead = await make.lead(db, campaign)
        await SENT.run(
            db,
            team_id=team.id,
            id=MAIL,
            campaign_id=campaign.id,
            lead_id=lead.id,
            sender_id=sender.id,
            step_id=step.id,
            email=lead.email,
            sent_at=make.NOW - timedelta(hours=1),
        )
    return MAIL
