-- The inbox: what replies said, a person's answers and tests of steps, read marks and labels.

ALTER TABLE messages
  ALTER COLUMN step_id DROP NOT NULL,
  ALTER COLUMN step_version DROP NOT NULL,
  DROP CONSTRAINT messages_kind_check,
  ADD CONSTRAINT messages_kind_check CHECK (kind IN ('sequence', 'rehearsal', 'answer', 'test')),
  ADD CONSTRAINT messages_of_step CHECK ((step_id IS NULL) = (kind IN ('answer', 'test')));
ALTER TABLE removed_messages
  ALTER COLUMN step_id DROP NOT NULL,
  ALTER COLUMN step_version DROP NOT NULL;

CREATE INDEX activities_mails ON activities (team_id, sender_id, created_at DESC, id DESC)
  WHERE type IN ('emailsSent', 'emailsReplied', 'emailsAutoReplied');

-- Of mails that came before, nobody kept what they said.
ALTER TABLE inbound_mails
  ADD COLUMN activity_id text,
  ADD COLUMN header_id text,
  ADD COLUMN thread_ids text[] NOT NULL DEFAULT '{}',
  ADD COLUMN from_address text NOT NULL DEFAULT '',
  ADD COLUMN subject text NOT NULL DEFAULT '',
  ADD COLUMN text text NOT NULL DEFAULT '';
CREATE INDEX inbound_mails_of_activity ON inbound_mails (team_id, activity_id)
  WHERE activity_id IS NOT NULL;

-- Mails that belong to no step, a person's answers and tests, for as long as their fate is open.
CREATE TABLE single_mails (
  team_id text NOT NULL,
  message_id text NOT NULL,
  due_at timestamptz,
  leased_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  copies text[] NOT NULL DEFAULT '{}',
  shown jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (team_id, message_id),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
CREATE INDEX single_mails_due ON single_mails (due_at) WHERE due_at IS NOT NULL;

-- Up to when a user has read the conversation with a person.
CREATE TABLE conversation_reads (
  team_id text NOT NULL,
  contact_id text NOT NULL,
  user_id text NOT NULL,
  read_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, contact_id, user_id),
  FOREIGN KEY (team_id, contact_id) REFERENCES contacts (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id) ON DELETE CASCADE
);

-- Words that a team puts on conversations.
CREATE TABLE labels (
  team_id text NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  id text NOT NULL,
  name text NOT NULL CHECK (name <> ''),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, id),
  UNIQUE (team_id, name)
);

-- Which label is on the conversation with whom.
CREATE TABLE conversation_labels (
  team_id text NOT NULL,
  contact_id text NOT NULL,
  label_id text NOT NULL,
  PRIMARY KEY (team_id, contact_id, label_id),
  FOREIGN KEY (team_id, contact_id) REFERENCES contacts (team_id, id) ON DELETE CASCADE,
  FOREIGN KEY (team_id, label_id) REFERENCES labels (team_id, id) ON DELETE CASCADE
);
