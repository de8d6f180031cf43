"""Previews of steps on the wire: any step as one lead would get it, and nothing is sent."""

from typing import Annotated, Final

import msgspec

from pomelo import delivery
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.base.ids import CampaignId, LeadId, StepId
from pomelo.campaigns import CampaignNotFound
from pomelo.delivery import CampaignWithoutSender, NothingToShow, Pen, StepPreview, StepView
from pomelo.leads import LeadNotFound
from pomelo.sequences import (
    Method,
    OutputTooLarge,
    StepNotFound,
    StepType,
    TemplateInvalid,
    VariableMissing,
)

SECTION: Final = "Sequences"


class ForLead(NoQuery, frozen=True, rename="camel"):
    """As whom."""

    lead_id: LeadId


class PreviewShown(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A step as a lead would get it; each type has some of it. What is missing is in brackets."""

    type: StepType
    missing: Annotated[
        list[str], msgspec.Meta(description="Variables that are shown and have no value")
    ]
    warnings: Annotated[list[str], msgspec.Meta(description="Facts that harm a mail")]
    sender_name: str
    sender_email: str
    subject: str | None = None
    html: Annotated[str | None, msgspec.Meta(description="Harmless; links as they lead")] = None
    text: str | None = None
    title: str | None = None
    message: str | None = None
    method: Method | None = None
    url: str | None = None
    headers: dict[str, str] | None = None


async def show(call: Call[ForLead, None]) -> PreviewShown:
    """Show a step as a lead would get it."""
    path = call.path
    wish = StepView(CampaignId(path["campaignId"]), StepId(path["stepId"]), call.query.lead_id)
    pen = call.state.part(Pen)
    async with call.state.database.transaction(readonly=True) as db:
        found = await delivery.preview(db, pen, call.caller.team, wish, now=call.now)
    return shown(found)


def shown(found: StepPreview) -> PreviewShown:
    """Show a preview."""
    mail, task, call = found.mail, found.task, found.call
    said = mail or task or call
    return PreviewShown(
        type=found.type,
        missing=list(found.missing),
        warnings=list(mail.warnings) if mail else [],
        sender_name=found.sender_name,
        sender_email=found.sender_email,
        message=call.body.decode() if call else getattr(task, "message", None),
        **{
            name: getattr(said, name)
            for name in ("subject", "html", "text", "title", "method", "url", "headers")
            if hasattr(said, name)
        },
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/sequences/steps/{stepId}/preview",
        run=show,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Preview a step",
        text=(
            "Pomelo's own. Mail, task or call as this lead would get it now, its own variations of "
            "spintax chosen: what is `missing` stands in brackets, and `warnings` tell what harms "
            "a mail (hidden beyond 102 kB, links that show another host, pictures without alt "
            "text, no words at all). Nothing is sent."
        ),
        query=ForLead,
        answer=PreviewShown,
        errors=(
            CampaignNotFound,
            StepNotFound,
            LeadNotFound,
            CampaignWithoutSender,
            NothingToShow,
            TemplateInvalid,
            VariableMissing,
            OutputTooLarge,
        ),
    ),
)
