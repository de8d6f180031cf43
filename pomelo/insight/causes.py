"""Why something is not sent, as a closed list: what each cause means, and what a person can do."""

from enum import StrEnum
from typing import Final, NamedTuple


class Cause(StrEnum):
    """What holds the next step of a lead, or why there is none."""

    # The team and the campaign.
    TEAM_PAUSED = "teamPaused"
    DRAFT = "draft"
    CAMPAIGN_PAUSED = "campaignPaused"
    CAMPAIGN_ARCHIVED = "campaignArchived"
    NO_SENDER = "noSender"
    # The lead, by a person's decision.
    LEAD_PAUSED = "leadPaused"
    REVIEW = "review"
    # The lead, waiting for something.
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"
    SENDER_GONE = "senderGone"
    REHEARSAL = "rehearsal"
    REPLIES_NOT_READ = "repliesNotRead"
    OPEN_TASK = "openTask"
    CONDITION = "condition"
    CONTACT_RULE = "contactRule"
    OUT_OF_OFFICE = "outOfOffice"
    DELAY = "delay"
    TRIED_AGAIN = "triedAgain"
    DOMAIN_GAP = "domainGap"
    # Its sender.
    SENDER_FROZEN = "senderFrozen"
    TOO_MANY_BOUNCES = "tooManyBounces"
    LIMIT = "limit"
    RAMP = "ramp"
    TEAM_LIMIT = "teamLimit"
    NEW_LEADS_SHARE = "newLeadsShare"
    GAP = "gap"
    SECONDS_TO_WAIT = "secondsToWait"
    WINDOW = "window"
    HOLIDAY = "holiday"
    HOURS_NEVER_MEET = "hoursNeverMeet"
    # The machines.
    NO_WORKER = "noWorker"
    CLAIMED = "claimed"
    READY = "ready"
    # Nothing more is to come.
    FINISHED = "finished"
    MOVED = "movedElsewhere"
    REPLIED = "replied"
    COMPANY_STOPPED = "companyStopped"
    CLICKED = "clicked"
    MEETING = "meetingBooked"
    INTERESTED = "interested"
    NOT_INTERESTED = "notInterested"
    SKIPPED = "skipped"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    TEMPLATE_FAILING = "templateFailing"
    CALL_FAILING = "callFailing"


class Meaning(NamedTuple):
    """What a cause means.

    Attributes:
        sentence: What holds it.
        do: What a person can do; empty where nothing is needed.
        waits_for: What must happen first; empty where an instant lets go, or nothing will.
    """

    sentence: str
    do: str = ""
    waits_for: str = ""


MEANINGS: Final[dict[Cause, Meaning]] = {
    Cause.TEAM_PAUSED: Meaning(
        "The team is paused: nothing is sent for any of its campaigns.",
        "Let it go on with PATCH /api/team (paused: false), or pomelo team resume.",
        "the team is resumed",
    ),
    Cause.DRAFT: Meaning(
        "The campaign was never started.",
        "Start it with POST /api/campaigns/{id}/start.",
        "the campaign is started",
    ),
    Cause.CAMPAIGN_PAUSED: Meaning(
        "The campaign is paused.",
        "Start it with POST /api/campaigns/{id}/start.",
        "the campaign is started",
    ),
    Cause.CAMPAIGN_ARCHIVED: Meaning(
        "The campaign was put away.",
        "Take it back (archived: false), then start it.",
        "the campaign is taken back and started",
    ),
    Cause.NO_SENDER: Meaning(
        "The campaign has no sender that could write to this lead.",
        "Give the campaign a sender (sendUserIds or senderIds); a lead that was written to needs "
        "its own, or is given to another with POST /api/senders/{id}/move.",
        "the campaign gets a sender",
    ),
    Cause.LEAD_PAUSED: Meaning(
        "The lead is paused.",
        "Let it go on with POST /api/leads/start/{id}.",
        "the lead is resumed",
    ),
    Cause.REVIEW: Meaning(
        "The lead waits for a person to launch it; its campaign does not do so by itself, or only "
        "with addresses of another kind (autoReviewConditions).",
        "Launch it with POST /api/leads/review/{id} or pomelo bulk review, or skip it.",
        "the lead is launched",
    ),
    Cause.UNCERTAIN: Meaning(
        "It is not known whether its last mail went out.",
        "Look at GET /api/messages?state=uncertain and resolve it.",
        "the doubt is resolved",
    ),
    Cause.SUPPRESSED: Meaning(
        "Its address does not exist: a mail to it bounced.",
        "If that was a mistake, take it off the list with DELETE /api/unsubscribes/{email}.",
        "the address leaves the list",
    ),
    Cause.SENDER_GONE: Meaning(
        "The sender that wrote to it first is gone.",
        "Give its leads to another with POST /api/senders/{id}/move, or pomelo sender move.",
        "it gets another sender",
    ),
    Cause.REHEARSAL: Meaning(
        "It was rehearsed; real mail is not sent while POMELO_DELIVER_TO is set.",
        "Start the workers without POMELO_DELIVER_TO.",
        "the rehearsal ends",
    ),
    Cause.REPLIES_NOT_READ: Meaning(
        "Its sender's mailbox was not read of late, so it may have answered.",
        "See what keeps the mailbox from being read with pomelo sender check.",
        "the sender's mailbox is read",
    ),
    Cause.OPEN_TASK: Meaning(
        "A person has something to do for it first.",
        "Complete or ignore the task (GET /api/tasks).",
        "the task is done or ignored",
    ),
    Cause.CONDITION: Meaning(
        "It waits at a condition for something to happen.",
        "",
        "what the condition asks happens",
    ),
    Cause.CONTACT_RULE: Meaning(
        "The team's contact rules say not to write to this person or company now.",
        "Wait, or change them with PATCH /api/team (contactRules), or pomelo team rules.",
        "the rules allow it",
    ),
    Cause.OUT_OF_OFFICE: Meaning("The person is away until then."),
    Cause.DELAY: Meaning("Its next step is not due yet."),
    Cause.TRIED_AGAIN: Meaning("Its mail was refused for now, and is tried again."),
    Cause.DOMAIN_GAP: Meaning(
        "Its sender just wrote to its mail domain, and others wait before it.",
        "Set another gap with PATCH /api/senders/{id} (domainGapSeconds).",
    ),
    Cause.SENDER_FROZEN: Meaning(
        "Its sender does not send",
        "Mend what the server complains of, then check the sender.",
        "the sender works again",
    ),
    Cause.TOO_MANY_BOUNCES: Meaning(
        "Too many of the sender's mails bounced: it writes to nobody new for now.",
        "Clean the list; POST /api/senders/{id}/lift lets it go on.",
        "fewer mails bounce, or a person lifts it",
    ),
    Cause.LIMIT: Meaning("Its sender has sent as many mails as it may in 24 hours."),
    Cause.RAMP: Meaning(
        "Its sender is new and has sent as many mails as its ramp allows today.",
        "Wait, or change the ramp with PATCH /api/senders/{id} (rampPerDay).",
    ),
    Cause.TEAM_LIMIT: Meaning(
        "The team has sent as many mails as it may in 24 hours.",
        "Wait, or change the limit with PATCH /api/team (limitPerDay).",
    ),
    Cause.NEW_LEADS_SHARE: Meaning(
        "What is left of its sender's day is kept for new leads.",
        "Wait, or let them keep less with PATCH /api/team (newLeadsPercent).",
        "the new leads that wait had their share",
    ),
    Cause.GAP: Meaning("Its sender rests between two mails."),
    Cause.SECONDS_TO_WAIT: Meaning("Its sender rests between two mails of this campaign."),
    Cause.WINDOW: Meaning("It is outside the campaign's hours."),
    Cause.HOLIDAY: Meaning(
        "It is a public holiday or a day off in the campaign's schedule.",
        "Wait, or change the schedule's daysOff and holidays.",
        "there is a day that is not off",
    ),
    Cause.HOURS_NEVER_MEET: Meaning(
        "Its sender's own hours and those of the campaign are never open together.",
        "Change the campaign's schedule, or the sender's hours with PATCH /api/senders/{id} "
        "(scheduleId).",
        "the hours are changed",
    ),
    Cause.NO_WORKER: Meaning(
        "No worker is running.",
        "Start pomelo serve, or pomelo worker.",
        "a worker runs",
    ),
    Cause.CLAIMED: Meaning("A worker has it in hand."),
    Cause.READY: Meaning("Nothing holds it: it goes as soon as its turn comes."),
    Cause.FINISHED: Meaning("It has got all steps."),
    Cause.MOVED: Meaning("It went on to another campaign."),
    Cause.REPLIED: Meaning("It answered, and that ended its sequence."),
    Cause.CLICKED: Meaning("It clicked a link, and that ended its sequence."),
    Cause.MEETING: Meaning("A meeting is booked, and that ended its sequence."),
    Cause.INTERESTED: Meaning("It was marked as interested, and that ended its sequence."),
    Cause.NOT_INTERESTED: Meaning("It was marked as not interested."),
    Cause.COMPANY_STOPPED: Meaning(
        "Somebody of its company answered, and its campaign then leaves all of them alone."
    ),
    Cause.SKIPPED: Meaning(
        "It was skipped.", "Launch it after all with POST /api/leads/review/{id}."
    ),
    Cause.UNSUBSCRIBED: Meaning(
        "It unsubscribed, or is on the team's list.",
        "Only if they asked for it: DELETE /api/unsubscribes/{email}.",
    ),
    Cause.BOUNCED: Meaning("A mail to it bounced."),
    Cause.TEMPLATE_FAILING: Meaning(
        "Its step could not be written: something that the text names is missing.",
        "Fill in the variable, or give a default in the step.",
        "the variable or the step is mended",
    ),
    Cause.CALL_FAILING: Meaning(
        "The call of its step was refused, or failed for a day.",
        "Mend the step or the other system; changing the step tries again.",
        "the step is mended",
    ),
}
