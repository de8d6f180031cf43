"""Activities as other programs see them: flat with the lead's variables, nested (v2), or told."""

from typing import Final

from pomelo.activities.model import Shown
from pomelo.base.moments import moment
from pomelo.leads import ActivityType

Flat = dict[str, object]

# What a lead's variables are called beside an activity.
_OF_LEAD: Final = {
    "leadPhone": "phone",
    "leadPicture": "picture",
    "leadCompanyName": "companyName",
}


def classic(activity: Shown, announced: ActivityType | None) -> Flat:
    """Show an activity flat, the lead's variables among its keys, and again in `extra`.

    Args:
        activity: The activity.
        announced: The state it is asked for as, where it is asked for by a state.
    """
    head = _head(activity, announced)
    extra = _of_lead(activity) | _of_mail(activity) | activity.extra
    tail = {"campaignName": activity.campaign_name, **extra}
    return _without_none({**head, "extra": _without_none(extra), **activity.lead_variables}) | (
        _without_none(head | tail)
    )


def nested(activity: Shown, announced: ActivityType | None) -> Flat:
    """Show an activity with its lead beside it (`version=v2`)."""
    head = _head(activity, announced)
    tail = {
        "campaignName": activity.campaign_name,
        "name": activity.campaign_name,
        "contactId": activity.contact_id,
        **_of_lead(activity),
        **_of_mail(activity),
        **activity.extra,
    }
    return _without_none(head | tail | head) | {
        "lead": _lead(activity),
        "metaData": {
            "teamId": activity.team_id,
            "campaignId": activity.campaign_id,
            "leadId": activity.lead_id,
            "type": head["type"],
            "createdBy": head["createdBy"],
        },
    }


def told(activity: Shown, announced: ActivityType | None) -> Flat:
    """Show an activity as hooks are told of it: flat, and with what only they hear beside it.

    Args:
        activity: The activity.
        announced: The state it brought, where that is what the hook is told.

    Source:
        API reference 3.4 (the catalogue of fields) and 3.5.
    """
    beside = {"name": activity.campaign_name, "contactId": activity.contact_id}
    return classic(activity, announced) | beside


def _head(activity: Shown, announced: ActivityType | None) -> Flat:
    return {
        "_id": activity.id,
        "type": announced or activity.type,
        "teamId": activity.team_id,
        "createdAt": moment(activity.created_at),
        "leadId": activity.lead_id,
        "leadEmail": activity.lead_email,
        "campaignId": activity.campaign_id,
        "createdBy": activity.sender_user_id or activity.campaign_created_by,
        "leadFirstName": activity.lead_variables.get("firstName"),
        "leadLastName": activity.lead_variables.get("lastName"),
        "sequenceId": activity.sequence_id,
        "isFirst": activity.is_first,
        "sequenceStep": activity.sequence_step,
        "stepId": activity.step_id,
        "emailTemplateId": activity.template_id,
        "bot": activity.is_bot,
    }


def _of_lead(activity: Shown) -> Flat:
    return {name: activity.lead_variables.get(key) for name, key in _OF_LEAD.items()}


def _of_mail(activity: Shown) -> Flat:
    is_sending = activity.type is ActivityType.EMAILS_SENT
    sent_at = None if is_sending else activity.message_sent_at
    return {
        "sendUserId": activity.sender_user_id,
        "sendUserName": activity.sender_name or None,
        "sendUserEmail": activity.sender_email,
        "sendUserMailboxId": activity.sender_id,
        "emailId": activity.message_id,
        "messageId": activity.message_header,
        "relatedSentAt": sent_at and moment(sent_at),
        "stopped": activity.has_stopped or None,
    }


def _lead(activity: Shown) -> Flat:
    return {
        "_id": activity.lead_id,
        "isPaused": activity.lead_is_paused,
        "state": activity.lead_last_state or activity.lead_state,
        "personalized": False,
        "source": activity.lead_source,
        "variables": activity.lead_variables,
        "contactId": activity.contact_id,
        "enrichment": _without_none({"emailStatus": activity.lead_email_status or None}),
    }


def _without_none(values: Flat) -> Flat:
    return {key: value for key, value in values.items() if value is not None}
