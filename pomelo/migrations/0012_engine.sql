-- Every kind of step: branches, numbers, and leads whose next step is no mail.
ALTER TABLE sequences
  ADD COLUMN parent_step_id text,
  ADD COLUMN is_fallback boolean,
  DROP CONSTRAINT sequences_team_id_campaign_id_level_key,
  ADD UNIQUE (team_id, parent_step_id, is_fallback),
  ADD CONSTRAINT sequences_branch CHECK (
    (level = 0) = (parent_step_id IS NULL) AND (level = 0) = (is_fallback IS NULL));
CREATE UNIQUE INDEX sequences_main ON sequences (team_id, campaign_id) WHERE level = 0;
CREATE INDEX sequences_of_campaign ON sequences (team_id, campaign_id, level);

ALTER TABLE steps
  DROP CONSTRAINT steps_type_check,
  ADD CONSTRAINT steps_type_check CHECK (type IN (
    'email', 'manual', 'phone', 'api', 'linkedinVisit', 'linkedinInvite', 'linkedinSend',
    'linkedinVoiceNote', 'linkedinFollow', 'linkedinLikeLastPost', 'linkedinCommentLastPost',
    'linkedinEndorse', 'linkedinWithdrawInvitation', 'sendToAnotherCampaign', 'conditional',
    'whatsappMessage', 'sms')),
  ADD COLUMN delay_minutes integer NOT NULL DEFAULT 0 CHECK (delay_minutes >= 0),
  ADD COLUMN number integer;
-- Steps of campaigns that were started have the numbers that their places gave them.
UPDATE steps s SET number = s.position + 1
FROM campaigns c
WHERE c.team_id = s.team_id AND c.id = s.campaign_id AND c.started_at IS NOT NULL;
CREATE UNIQUE INDEX steps_number ON steps (team_id, campaign_id, number);
ALTER TABLE sequences ADD FOREIGN KEY (team_id, parent_step_id)
  REFERENCES steps (team_id, id) ON DELETE CASCADE;
ALTER TABLE step_versions ADD COLUMN content jsonb NOT NULL DEFAULT '{}';

ALTER TABLE leads
  ADD COLUMN sequence_id text,
  ADD COLUMN needs_sender boolean NOT NULL DEFAULT true,
  ADD COLUMN held_by text CHECK (held_by IN ('window', 'contactRule', 'domainGap')),
  ADD COLUMN held_version bigint,
  ADD COLUMN awaits text CHECK (awaits IN (
    'hasEmailAddress', 'hasLinkedinUrl', 'hasPhoneNumber', 'emailsOpened', 'emailsClicked',
    'emailsUnsubscribed', 'meetingBooked', 'aircallDone')),
  ADD COLUMN meeting_booked_at timestamptz,
  DROP CONSTRAINT leads_waits_for_check,
  ADD CONSTRAINT leads_waits_for_check CHECK (waits_for IN (
    'review', 'uncertain', 'suppressed', 'sender', 'rehearsal', 'replies', 'task', 'condition',
    'contactRule'));
DROP INDEX leads_due;
CREATE INDEX leads_due ON leads (team_id, campaign_id, sender_id, due_at)
  WHERE due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL
    AND needs_sender;
CREATE INDEX leads_errands ON leads (team_id, campaign_id, due_at)
  WHERE due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL
    AND NOT needs_sender;
CREATE INDEX leads_held ON leads (team_id, held_by, held_version) WHERE held_by IS NOT NULL;

ALTER TABLE campaigns
  ADD COLUMN begins_with_mail boolean NOT NULL DEFAULT true,
  ADD COLUMN steps_numbered integer NOT NULL DEFAULT 0;
UPDATE campaigns c SET steps_numbered = COALESCE(
  (SELECT max(s.number) FROM steps s WHERE s.team_id = c.team_id AND s.campaign_id = c.id), 0);

CREATE TABLE campaign_errands (
  team_id text NOT NULL,
  campaign_id text NOT NULL,
  next_at timestamptz NOT NULL,
  claimed_by text,
  PRIMARY KEY (team_id, campaign_id),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE
);
CREATE INDEX campaign_errands_ready ON campaign_errands (next_at);
INSERT INTO campaign_errands (team_id, campaign_id, next_at)
SELECT team_id, id, CASE WHEN state = 'running' THEN now() ELSE 'infinity' END FROM campaigns;
