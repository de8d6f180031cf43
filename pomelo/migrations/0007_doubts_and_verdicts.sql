-- Mails in doubt are looked for in Sent folders, and clicks are judged anew by what came before
-- and after them.

CREATE TABLE doubts (
  team_id text NOT NULL,
  message_id text NOT NULL,
  sender_id text NOT NULL,
  data_at timestamptz NOT NULL,
  began_at timestamptz NOT NULL,
  look_at timestamptz,
  looks integer NOT NULL DEFAULT 0,
  looked_at timestamptz,
  PRIMARY KEY (team_id, message_id),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
CREATE INDEX doubts_due ON doubts (sender_id, look_at) WHERE look_at IS NOT NULL;
CREATE INDEX sent_copies_of_sender ON sent_copies (team_id, sender_id);

CREATE TABLE page_visits (
  team_id text NOT NULL,
  message_id text NOT NULL,
  visited_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, message_id, visited_at),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);

CREATE TABLE activity_verdicts (
  team_id text NOT NULL,
  activity_id text NOT NULL,
  lead_id text NOT NULL,
  reason text NOT NULL,
  is_bot boolean NOT NULL,
  is_first boolean NOT NULL,
  reached text,
  has_stopped boolean NOT NULL,
  judged_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, activity_id),
  FOREIGN KEY (team_id, activity_id) REFERENCES activities (team_id, id) ON DELETE CASCADE
);
CREATE INDEX activity_verdicts_of_lead ON activity_verdicts (team_id, lead_id);
