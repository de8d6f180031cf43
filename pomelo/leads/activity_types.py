"""What can happen to a lead."""

from enum import StrEnum
from typing import Final

from pomelo.sequences import StepType


class ActivityType(StrEnum):
    """What can happen to a lead; the names are lemlist's wherever it has one."""

    # Before the first mail. lemlist has states, but no activities, of the first two names.
    SCANNED = "scanned"
    REVIEWED = "reviewed"
    SKIPPED = "skipped"
    PAUSED = "paused"
    RESUMED = "resumed"
    # On the way: a condition was decided, it went to another campaign, a task was put off.
    CONDITION_CHOSEN = "conditionChosen"
    SENT_TO_ANOTHER_CAMPAIGN = "sendToAnotherCampaign"
    SNOOZED = "snoozed"
    MEETING_BOOKED = "meetingBooked"
    # Mail.
    EMAILS_SENT = "emailsSent"
    EMAILS_OPENED = "emailsOpened"
    EMAILS_CLICKED = "emailsClicked"
    EMAILS_REPLIED = "emailsReplied"
    EMAILS_BOUNCED = "emailsBounced"
    EMAILS_FAILED = "emailsFailed"
    EMAILS_UNSUBSCRIBED = "emailsUnsubscribed"
    # Ours: lemlist tells neither an out-of-office answer nor a late delivery.
    EMAILS_AUTO_REPLIED = "emailsAutoReplied"
    EMAILS_DELAYED = "emailsDelayed"
    EMAILS_ANSWER_FAILED = "emailsAnswerFailed"
    # Other steps: done by a program, or by a person as a task.
    API_DONE = "apiDone"
    API_FAILED = "apiFailed"
    MANUAL_DONE = "manualDone"
    AIRCALL_DONE = "aircallDone"
    LINKEDIN_DONE = "linkedinDone"
    LINKEDIN_VISIT_DONE = "linkedinVisitDone"
    LINKEDIN_VISIT_FAILED = "linkedinVisitFailed"
    LINKEDIN_INVITE_DONE = "linkedinInviteDone"
    LINKEDIN_INVITE_FAILED = "linkedinInviteFailed"
    LINKEDIN_INVITE_ACCEPTED = "linkedinInviteAccepted"
    LINKEDIN_FOLLOW_DONE = "linkedinFollowDone"
    LINKEDIN_LIKE_LAST_POST_DONE = "linkedinLikeLastPostDone"
    LINKEDIN_COMMENT_LAST_POST_DONE = "linkedinCommentLastPostDone"
    LINKEDIN_ENDORSE_DONE = "linkedinEndorseDone"
    LINKEDIN_VOICE_NOTE_DONE = "linkedinVoiceNoteDone"
    LINKEDIN_WITHDRAW_INVITATION_DONE = "linkedinWithdrawInvitationDone"
    LINKEDIN_SENT = "linkedinSent"
    LINKEDIN_SEND_FAILED = "linkedinSendFailed"
    LINKEDIN_OPENED = "linkedinOpened"
    LINKEDIN_REPLIED = "linkedinReplied"
    WHATSAPP_MESSAGE_SENT = "whatsappMessageSent"
    WHATSAPP_REPLIED = "whatsappReplied"
    SMS_SENT = "smsSent"
    SMS_REPLIED = "smsReplied"
    # Marks, by a person or through the API (manual…), on a mail, after a call, on LinkedIn.
    EMAILS_INTERESTED = "emailsInterested"
    EMAILS_NOT_INTERESTED = "emailsNotInterested"
    MANUAL_INTERESTED = "manualInterested"
    MANUAL_NOT_INTERESTED = "manualNotInterested"
    AIRCALL_INTERESTED = "aircallInterested"
    AIRCALL_NOT_INTERESTED = "aircallNotInterested"
    LINKEDIN_INTERESTED = "linkedinInterested"
    LINKEDIN_NOT_INTERESTED = "linkedinNotInterested"
    # Announcements: a lead has arrived in the state of that name.
    CONTACTED = "contacted"
    HOOKED = "hooked"
    ATTRACTED = "attracted"
    WARMED = "warmed"
    INTERESTED = "interested"
    NOT_INTERESTED = "notInterested"


# What says that a step of each type was carried out.
DONE: Final = {
    StepType.EMAIL: ActivityType.EMAILS_SENT,
    StepType.MANUAL: ActivityType.MANUAL_DONE,
    StepType.PHONE: ActivityType.AIRCALL_DONE,
    StepType.API: ActivityType.API_DONE,
    StepType.LINKEDIN_VISIT: ActivityType.LINKEDIN_VISIT_DONE,
    StepType.LINKEDIN_INVITE: ActivityType.LINKEDIN_INVITE_DONE,
    StepType.LINKEDIN_SEND: ActivityType.LINKEDIN_SENT,
    StepType.LINKEDIN_VOICE_NOTE: ActivityType.LINKEDIN_VOICE_NOTE_DONE,
    StepType.LINKEDIN_FOLLOW: ActivityType.LINKEDIN_FOLLOW_DONE,
    StepType.LINKEDIN_LIKE_LAST_POST: ActivityType.LINKEDIN_LIKE_LAST_POST_DONE,
    StepType.LINKEDIN_COMMENT_LAST_POST: ActivityType.LINKEDIN_COMMENT_LAST_POST_DONE,
    StepType.LINKEDIN_ENDORSE: ActivityType.LINKEDIN_ENDORSE_DONE,
    StepType.LINKEDIN_WITHDRAW_INVITATION: ActivityType.LINKEDIN_WITHDRAW_INVITATION_DONE,
    StepType.SEND_TO_ANOTHER_CAMPAIGN: ActivityType.SENT_TO_ANOTHER_CAMPAIGN,
    StepType.CONDITIONAL: ActivityType.CONDITION_CHOSEN,
    StepType.WHATSAPP_MESSAGE: ActivityType.WHATSAPP_MESSAGE_SENT,
    StepType.SMS: ActivityType.SMS_SENT,
}
