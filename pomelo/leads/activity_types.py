"""What can happen to a lead."""

from enum import StrEnum
from typing import Final


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
    # Ours: somebody of its company did what ends the sequences of them all.
    COMPANY_STOPPED = "companyStopped"
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


# What says that a step of each type (sequences.StepType, slow to import) was carried out.
DONE: Final[dict[str, ActivityType]] = {
    "email": ActivityType.EMAILS_SENT,
    "manual": ActivityType.MANUAL_DONE,
    "phone": ActivityType.AIRCALL_DONE,
    "api": ActivityType.API_DONE,
    "linkedinVisit": ActivityType.LINKEDIN_VISIT_DONE,
    "linkedinInvite": ActivityType.LINKEDIN_INVITE_DONE,
    "linkedinSend": ActivityType.LINKEDIN_SENT,
    "linkedinVoiceNote": ActivityType.LINKEDIN_VOICE_NOTE_DONE,
    "linkedinFollow": ActivityType.LINKEDIN_FOLLOW_DONE,
    "linkedinLikeLastPost": ActivityType.LINKEDIN_LIKE_LAST_POST_DONE,
    "linkedinCommentLastPost": ActivityType.LINKEDIN_COMMENT_LAST_POST_DONE,
    "linkedinEndorse": ActivityType.LINKEDIN_ENDORSE_DONE,
    "linkedinWithdrawInvitation": ActivityType.LINKEDIN_WITHDRAW_INVITATION_DONE,
    "sendToAnotherCampaign": ActivityType.SENT_TO_ANOTHER_CAMPAIGN,
    "conditional": ActivityType.CONDITION_CHOSEN,
    "whatsappMessage": ActivityType.WHATSAPP_MESSAGE_SENT,
    "sms": ActivityType.SMS_SENT,
}
