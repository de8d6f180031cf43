"""Tests of steps on the wire: the very mail a lead would get, to somebody's own address."""

from typing import Annotated, Final

import msgspec

from pomelo import delivery
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.base import addresses
from pomelo.base.addresses import AddressInvalid
from pomelo.base.ids import CampaignId, LeadId, MessageId, StepId
from pomelo.campaigns import CampaignNotFound
from pomelo.delivery import (
    AddressBounced,
    AddressUnsubscribed,
    CampaignWithoutSender,
    Pen,
    StepTest,
)
from pomelo.leads import LeadNotFound
from pomelo.sequences import OutputTooLarge, StepNotFound, TemplateInvalid, VariableMissing

SECTION: Final = "Sequences"


class TestBody(msgspec.Struct, frozen=True, rename="camel"):
    """As which lead, and to whom."""

    lead_id: LeadId
    to: Annotated[str, msgspec.Meta(description="Who gets it")]


class TestSent(msgspec.Struct, frozen=True, rename="camel"):
    """The test is kept, and on its way."""

    ok: bool
    message_id: MessageId


async def send(call: Call[NoQuery, TestBody]) -> TestSent:
    """Send a step to somebody's own address."""
    wish = StepTest(
        CampaignId(call.path["campaignId"]),
        StepId(call.path["stepId"]),
        call.body.lead_id,
        addresses.parse(call.body.to),
    )
    pen = call.state.part(Pen)
    message = await call.state.database.retrying(
        lambda db: delivery.send_test(db, pen, call.caller.team, wish, now=call.now)
    )
    return TestSent(True, message)


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="POST",
        path="/api/campaigns/{campaignId}/sequences/steps/{stepId}/test",
        run=send,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Send a step as a test",
        text=(
            "Pomelo's own. A worker sends it within seconds, whether the campaign runs or not: the "
            "bytes that the lead would get, of which only To differs; `X-Pomelo-Test` names the "
            "lead. Its picture and links are its own: who fetches them, unsubscribing included, "
            "changes nothing for the lead. No state moves, and nothing is told."
        ),
        body=TestBody,
        answer=TestSent,
        errors=(
            CampaignNotFound,
            StepNotFound,
            LeadNotFound,
            CampaignWithoutSender,
            TemplateInvalid,
            VariableMissing,
            OutputTooLarge,
            AddressInvalid,
            AddressBounced,
            AddressUnsubscribed,
        ),
        example={"leadId": "lea_5Tq7yQyPQnLcKT2vE", "to": "me@piedpiper.com"},
    ),
)
