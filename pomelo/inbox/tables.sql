-- Up to when a user has read the conversation with a person. The conversation itself is in the
-- activities of that person's leads.
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
