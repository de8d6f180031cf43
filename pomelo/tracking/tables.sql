-- When the page to unsubscribe was looked at from a mail: nobody is unsubscribed by that, and who
-- clicks other links in the same moment is a machine that tries them all.
CREATE TABLE page_visits (
  team_id text NOT NULL,
  message_id text NOT NULL,
  visited_at timestamptz NOT NULL,
  PRIMARY KEY (team_id, message_id, visited_at),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
