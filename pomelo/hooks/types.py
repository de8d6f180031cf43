"""The types of activities that a hook may ask for, and which of them a fact is told as.

Source: API reference, appendix C (E5), 3.5 (old names) and appendix E.
"""

from typing import Final

from pomelo.activities import Untold
from pomelo.hooks.errors import TypeUnknown
from pomelo.hooks.model import Listener
from pomelo.leads import ANNOUNCEMENTS, ActivityType

ALL: Final = "*"
# What the names of former times mean today.
OLD_NAMES: Final = {"emailsSendFailed": "emailsFailed", "opportunitiesDone": "annotated"}
# What lemlist's clients may ask for; Pomelo does not do all of these things.
_E5: Final = """
  contacted hooked attracted warmed interested notInterested emailsSent emailsOpened
  emailsClicked emailsReplied emailsBounced emailsFailed emailsInterested emailsNotInterested
  emailsUnsubscribed linkedinSent linkedinOpened linkedinReplied linkedinInterested
  linkedinNotInterested linkedinSendFailed linkedinVisitDone linkedinVisitFailed
  linkedinFollowDone linkedinFollowFailed linkedinFollowSkipped linkedinInviteDone
  linkedinInviteFailed linkedinInviteAccepted linkedinEndorseDone linkedinEndorseFailed
  linkedinEndorseSkipped linkedinVoiceNoteDone linkedinVoiceNoteFailed
  linkedinLikeLastPostDone linkedinLikeLastPostNoPost linkedinLikeLastPostFailed
  linkedinWithdrawInvitationDone linkedinWithdrawInvitationFailed whatsappMessageSent
  whatsappMessageDelivered whatsappMessageOpened whatsappReplied whatsappMessageFailed smsSent
  smsDelivered smsReplied smsFailed aircallCreated aircallEnded aircallDone aircallInterested
  aircallNotInterested apiDone apiInterested apiNotInterested apiFailed manualInterested
  manualNotInterested paused resumed stopped campaignComplete customDomainErrors
  connectionIssue sendLimitReached lemwarmPaused annotated enrichmentDone enrichmentError
  callRecordingDone callTranscriptDone inboxLabelUpdated signalRegistered
  deliverabilityAlertTriggered
"""
LEMLISTS: Final = frozenset(_E5.split())
_STATES: Final = {str(one): one for one in ANNOUNCEMENTS}
KNOWN: Final = LEMLISTS | frozenset(map(str, ActivityType)) | OLD_NAMES.keys()


def parse_type(text: str | None) -> str | None:
    """Read the type that a hook asks for; nothing, an empty one and `*` mean all.

    Raises:
        TypeUnknown: There is none of that name.
    """
    if not text or text == ALL:
        return None
    if text not in KNOWN:
        raise TypeUnknown
    return text


def told_as(fact: Untold) -> list[ActivityType]:
    """Name what a hook hears of a fact: itself, then the state that it brought the lead to.

    A machine brings nobody anywhere.
    """
    brought = _STATES.get(str(fact.reached))
    return [fact.type] if brought is None or fact.is_bot else [fact.type, brought]


def wants(hook: Listener, fact: Untold, told: ActivityType) -> bool:
    """Tell whether a hook wants to hear of a fact under this name."""
    return (
        hook.team_id == fact.team_id
        and hook.campaign_id in (None, fact.campaign_id)
        and (fact.is_first or not hook.is_first)
        and (hook.type is None or OLD_NAMES.get(hook.type, hook.type) == told)
    )
