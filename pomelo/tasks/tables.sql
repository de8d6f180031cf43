-- What a person must do: made by a step, or by hand.
CREATE TABLE tasks (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  type text NOT NULL CHECK (type IN (
    'manual', 'phone', 'linkedinVisit', 'linkedinInvite', 'linkedinSend', 'linkedinVoiceNote',
    'linkedinFollow', 'linkedinLikeLastPost', 'linkedinCommentLastPost', 'linkedinEndorse',
    'linkedinWithdrawInvitation', 'whatsappMessage', 'sms', 'email', 'linkedin',
    'opportunityReplied', 'opportunityClicked')),
  title text NOT NULL DEFAULT '',
  message text NOT NULL DEFAULT '',
  images text[] NOT NULL DEFAULT '{}',
  videos text[] NOT NULL DEFAULT '{}',
  -- 0 = low, 1 = usual, 2 = high; NULL = nobody said.
  priority integer CHECK (priority BETWEEN 0 AND 2),
  -- NULL = it is about a contact in no campaign.
  lead_id text,
  -- As lead_id.
  campaign_id text,
  contact_id text NOT NULL,
  -- NULL = it was made by hand.
  step_id text,
  -- The step's 0-based place; as step_id.
  sequence_step integer,
  -- The user who has it.
  assigned_to text NOT NULL,
  due_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'ignored', 'closed')),
  -- The activity that ended the lead's sequence, and so the task; NULL = none did.
  closed_for text,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  PRIMARY KEY (team_id, id),
  -- A step makes one for a lead, whatever happens.
  UNIQUE (team_id, lead_id, step_id),
  CHECK ((state = 'open') = (ended_at IS NULL)),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, assigned_to) REFERENCES users (team_id, id)
);
-- An answer makes one of its kind for a lead, however often it comes.
CREATE UNIQUE INDEX tasks_of_answers ON tasks (team_id, lead_id, type)
  WHERE type IN ('opportunityReplied', 'opportunityClicked');
CREATE INDEX tasks_listed ON tasks (team_id, due_at, id) WHERE state = 'open';
