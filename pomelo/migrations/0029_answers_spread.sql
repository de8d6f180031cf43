-- What else than its lead's sequence an answer touches: a task for a person, its colleagues.
ALTER TABLE campaigns
  ADD COLUMN task_on text[] NOT NULL GENERATED ALWAYS AS (array_remove(ARRAY[
    CASE WHEN other_settings #>> '{onReplied,createNewTask}' = 'true'
      OR other_settings ->> 'opportunityReplied' = 'true' THEN 'replied' END,
    CASE WHEN other_settings #>> '{onLinkClicked,createNewTask}' = 'true'
      OR other_settings ->> 'opportunityClicked' = 'true' THEN 'clicked' END], NULL)) STORED,
  ADD COLUMN company_on text[] NOT NULL GENERATED ALWAYS AS (array_remove(ARRAY[
    CASE WHEN other_settings #>> '{onReplied,propagateProgressToCompany}' = 'true'
      THEN 'replied' END,
    CASE WHEN other_settings #>> '{onLinkClicked,propagateProgressToCompany}' = 'true'
      THEN 'clicked' END,
    CASE WHEN other_settings #>> '{onMeetingBooked,propagateProgressToCompany}' = 'true'
      THEN 'meeting' END], NULL)) STORED;

ALTER TABLE tasks DROP CONSTRAINT tasks_type_check;
ALTER TABLE tasks ADD CONSTRAINT tasks_type_check CHECK (type IN (
  'manual', 'phone', 'linkedinVisit', 'linkedinInvite', 'linkedinSend', 'linkedinVoiceNote',
  'linkedinFollow', 'linkedinLikeLastPost', 'linkedinCommentLastPost', 'linkedinEndorse',
  'linkedinWithdrawInvitation', 'whatsappMessage', 'sms', 'email', 'linkedin',
  'opportunityReplied', 'opportunityClicked'));
CREATE UNIQUE INDEX tasks_of_answers ON tasks (team_id, lead_id, type)
  WHERE type IN ('opportunityReplied', 'opportunityClicked');
