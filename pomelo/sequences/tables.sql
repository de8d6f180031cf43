-- Steps in order: a campaign's main sequence, and the branches of its conditions.
CREATE TABLE sequences (
  team_id text NOT NULL,
  id text NOT NULL,
  campaign_id text NOT NULL,
  -- 0 = the main sequence; a branch is one deeper than the sequence of its condition.
  level integer NOT NULL DEFAULT 0,
  -- The condition whose branch it is; NULL = the main sequence.
  parent_step_id text,
  -- Taken when the condition does not hold; NULL as parent_step_id.
  is_fallback boolean,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  UNIQUE (team_id, parent_step_id, is_fallback),
  CONSTRAINT sequences_branch CHECK (
    (level = 0) = (parent_step_id IS NULL) AND (level = 0) = (is_fallback IS NULL)),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sequences_main ON sequences (team_id, campaign_id) WHERE level = 0;
CREATE INDEX sequences_of_campaign ON sequences (team_id, campaign_id, level);

-- What is done next for a lead, and how long after the step before.
CREATE TABLE steps (
  team_id text NOT NULL,
  id text NOT NULL,
  sequence_id text NOT NULL,
  campaign_id text NOT NULL,
  type text NOT NULL CHECK (type IN (
    'email', 'manual', 'phone', 'api', 'linkedinVisit', 'linkedinInvite', 'linkedinSend',
    'linkedinVoiceNote', 'linkedinFollow', 'linkedinLikeLastPost', 'linkedinCommentLastPost',
    'linkedinEndorse', 'linkedinWithdrawInvitation', 'sendToAnotherCampaign', 'conditional',
    'whatsappMessage', 'sms')),
  -- 0-based place in the sequence.
  position integer NOT NULL CHECK (position >= 0),
  -- Calendar days after the step before (after the start for the first).
  delay_days integer NOT NULL CHECK (delay_days >= 0),
  -- And so many minutes more; of a condition both say within which time it must hold.
  delay_minutes integer NOT NULL DEFAULT 0 CHECK (delay_minutes >= 0),
  -- Its number in the statistics, from 1, never given twice; NULL before the first start.
  number integer,
  template_id text NOT NULL,
  -- The version that is sent now; step_versions keeps them all.
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  UNIQUE (team_id, sequence_id, position) DEFERRABLE INITIALLY DEFERRED,
  FOREIGN KEY (team_id, sequence_id) REFERENCES sequences (team_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX steps_number ON steps (team_id, campaign_id, number);
-- A condition takes its branches with it.
ALTER TABLE sequences ADD FOREIGN KEY (team_id, parent_step_id)
  REFERENCES steps (team_id, id) ON DELETE CASCADE;

-- Each published wording, kept for ever: a mail says which it was, and its links live on.
CREATE TABLE step_versions (
  team_id text NOT NULL,
  step_id text NOT NULL,
  version integer NOT NULL,
  campaign_id text NOT NULL,
  subject text NOT NULL,
  message text NOT NULL,
  -- What else a step of its kind has: sequences/kinds.py says what.
  content jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, step_id, version)
);
