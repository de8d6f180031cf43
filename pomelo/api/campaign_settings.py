"""A campaign's settings on the wire: lemlist's switches, and which columns they mean here."""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec.structs import asdict

from pomelo.api.campaign_shapes import Tracking
from pomelo.base.errors import Invalid
from pomelo.base.ids import SenderId, UserId
from pomelo.campaigns import Campaign, CampaignChanges, CampaignInvalid
from pomelo.schedules import LeadZones

Value = TypeVar("Value")

# Of all that is only kept, as JSON: pages of a hundred campaigns show it.
KEPT_BYTES: Final = 64_000
Quality = Literal["deliverable", "risky", "undeliverable", "unverified"]


class Progress(StrEnum):
    """What becomes of a lead after an event: it goes on, waits for a person, or is at its end."""

    CONTINUE = "continue"
    PAUSE = "pause"
    STOP = "stop"


class OnReplied(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a reply does."""

    create_new_task: bool | None = None
    campaign_progress: Progress | None = None
    propagate_progress_to_company: bool | None = None
    disable_out_of_office: bool | None = None


class LinksByFilter(Invalid):
    """Links are not named one by one; give a text that they hold as stopOnLinkClickedFilter."""


class OnLinkClicked(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a click does."""

    create_new_task: bool | None = None
    campaign_progress: Progress | None = None
    propagate_progress_to_company: bool | None = None
    specific_links: tuple[str, ...] | None = None


class OnMeetingBooked(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a meeting does."""

    campaign_progress: Progress | None = None
    propagate_progress_to_company: bool | None = None


class CampaignPatch(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What may be changed of a campaign; what is left out or null stays.

    `tracking` wins over `disableTrack…`, `campaignProgress` over `stopOn…`. `senderIds`
    (mailboxes) is Pomelo's own, beside `sendUserIds` (all mailboxes of these users), and so is
    `weight`: how many turns of a shared mailbox it gets where another campaign gets one, and
    `leadTimezones`: on whose clocks the hours are read, the schedules' (`off`), each lead's by
    its variable `timezone` (`own`), or also by its phone number or domain (`guess`).
    """

    name: str | None = None
    labels: tuple[str, ...] | None = None
    timezone: str | None = None
    archived: bool | None = None
    emoji: str | None = None
    auto_review: bool | None = None
    auto_review_conditions: tuple[Quality, ...] | None = None
    stop_on_email_replied: bool | None = None
    stop_on_meeting_booked: bool | None = None
    stop_on_link_clicked: bool | None = None
    stop_on_link_clicked_filter: str | None = None
    leads_paused_by_interest: bool | None = None
    opportunity_replied: bool | None = None
    opportunity_clicked: bool | None = None
    auto_lead_interest: bool | None = None
    disable_track_open: bool | None = None
    disable_track_click: bool | None = None
    disable_track_reply: bool | None = None
    disable_out_of_office: bool | None = None
    sequence_sharing: bool | None = None
    tracking: Tracking | None = None
    on_replied: OnReplied | None = None
    on_link_clicked: OnLinkClicked | None = None
    on_meeting_booked: OnMeetingBooked | None = None
    ai_features: dict[str, object] | None = None
    send_user_ids: tuple[UserId, ...] | None = None
    sender_ids: tuple[SenderId, ...] | None = None
    weight: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    lead_timezones: LeadZones | None = None


class Kept(msgspec.Struct, frozen=True, rename="camel"):
    """lemlist's switches that are given back as they came.

    Of these the database reads `createNewTask`, `propagateProgressToCompany`, `opportunityReplied`
    and `opportunityClicked` (`campaigns.task_on`, `company_on`); the others mean nothing here yet.
    """

    emoji: str = ""
    opportunity_replied: bool = False
    opportunity_clicked: bool = False
    auto_lead_interest: bool = False
    disable_track_reply: bool = False
    disable_out_of_office: bool = False
    sequence_sharing: bool = False
    on_replied: dict[str, Any] = {}
    on_link_clicked: dict[str, Any] = {}
    on_meeting_booked: dict[str, Any] = {}
    ai_features: dict[str, Any] = {}


def changes(patch: CampaignPatch, before: Campaign) -> CampaignChanges:
    """Translate what was asked into what changes.

    Args:
        patch: The body.
        before: The campaign until now.

    Raises:
        CampaignInvalid: What is only kept would take more than 64,000 bytes.

    Source:
        API reference A9.
    """
    tracking = patch.tracking or Tracking()
    on_replied = patch.on_replied or OnReplied()
    on_clicked = patch.on_link_clicked or OnLinkClicked()
    on_meeting = patch.on_meeting_booked or OnMeetingBooked()
    return CampaignChanges(
        name=patch.name,
        labels=patch.labels,
        timezone=patch.timezone,
        is_archived=patch.archived,
        auto_review=patch.auto_review,
        review_conditions=patch.auto_review_conditions,
        stop_on_replied=_first(_ends(on_replied.campaign_progress), patch.stop_on_email_replied),
        stop_on_clicked=_first(_ends(on_clicked.campaign_progress), patch.stop_on_link_clicked),
        stop_on_interested=patch.leads_paused_by_interest,
        stop_on_meeting=_first(_ends(on_meeting.campaign_progress), patch.stop_on_meeting_booked),
        pause_on=_pauses(
            before,
            replied=on_replied.campaign_progress,
            clicked=on_clicked.campaign_progress,
            meeting=on_meeting.campaign_progress,
        ),
        click_filter=patch.stop_on_link_clicked_filter,
        track_opens=_first(tracking.track_opens, _not(patch.disable_track_open)),
        track_clicks=_first(tracking.track_clicks, _not(patch.disable_track_click)),
        weight=patch.weight,
        other_settings=_others(patch, before.other_settings),
    )


def check_links(patch: CampaignPatch) -> None:
    """Refuse what would be kept and never obeyed.

    Raises:
        LinksByFilter: Links are named one by one.
    """
    if patch.on_link_clicked and patch.on_link_clicked.specific_links:
        raise LinksByFilter


def kept(campaign: Campaign) -> Kept:
    """Read what is only kept of a campaign's settings."""
    return msgspec.convert(campaign.other_settings, Kept)


def shown(campaign: Campaign) -> dict[str, Any]:
    """Give a campaign's settings by the field names of `CampaignDetail`."""
    others = kept(campaign)
    has_replies = not others.disable_track_reply
    return {
        **asdict(others),
        "auto_review": campaign.auto_review,
        "auto_review_conditions": campaign.review_conditions,
        "weight": campaign.weight,
        "lead_timezones": campaign.lead_zones,
        "stop_on_email_replied": campaign.stop_on_replied,
        "stop_on_link_clicked": campaign.stop_on_clicked,
        "leads_paused_by_interest": campaign.stop_on_interested,
        "stop_on_meeting_booked": campaign.stop_on_meeting,
        "stop_on_link_clicked_filter": campaign.click_filter,
        "disable_track_open": not campaign.track_opens,
        "disable_track_click": not campaign.track_clicks,
        "tracking": Tracking(campaign.track_opens, campaign.track_clicks, has_replies),
        "on_replied": {
            **others.on_replied,
            "campaignProgress": _progress(campaign, "replied", ends=campaign.stop_on_replied),
        },
        "on_link_clicked": {
            **others.on_link_clicked,
            "campaignProgress": _progress(campaign, "clicked", ends=campaign.stop_on_clicked),
        },
        "on_meeting_booked": {
            **others.on_meeting_booked,
            "campaignProgress": _progress(campaign, "meeting", ends=campaign.stop_on_meeting),
        },
    }


def _others(patch: CampaignPatch, before: dict[str, object]) -> dict[str, object]:
    """Pick what is kept; an object is laid over the one kept before."""
    given: dict[str, object] = msgspec.to_builtins(patch)
    if patch.tracking and patch.tracking.track_replies is not None:
        given["disableTrackReply"] = not patch.tracking.track_replies
    names = [name for name in Kept.__struct_encode_fields__ if name in given]
    others = {name: _laid_over(before.get(name), given[name]) for name in names}
    if len(msgspec.json.encode({**before, **others})) > KEPT_BYTES:
        raise CampaignInvalid(
            f"The settings that are only kept take more than {KEPT_BYTES:,} bytes; shorten them."
        )
    return others


def _laid_over(before: object, given: object) -> object:
    if isinstance(before, dict) and isinstance(given, dict):
        return {**before, **given}
    return given


def _progress(campaign: Campaign, event: str, *, ends: bool) -> Progress:
    if not ends:
        return Progress.CONTINUE
    return Progress.PAUSE if event in campaign.pause_on else Progress.STOP


def _pauses(before: Campaign, **given: Progress | None) -> tuple[str, ...] | None:
    """Give what pauses leads from now on; None where nothing was said of it."""
    said = {event: progress for event, progress in given.items() if progress is not None}
    if not said:
        return None
    kept = [event for event in before.pause_on if event not in said]
    new = [event for event, progress in said.items() if progress is Progress.PAUSE]
    return tuple(sorted({*kept, *new}))


def _ends(progress: Progress | None) -> bool | None:
    return None if progress is None else progress is not Progress.CONTINUE


def _first(value: Value | None, otherwise: Value | None) -> Value | None:
    return otherwise if value is None else value


def _not(switch: bool | None) -> bool | None:
    return None if switch is None else not switch
