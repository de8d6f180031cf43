-- A mail that names none of ours may lie in the conversation in which a provider keeps one.

CREATE TABLE provider_threads (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  thread text NOT NULL,
  message_id text NOT NULL,
  PRIMARY KEY (team_id, sender_id, thread, message_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id),
  FOREIGN KEY (team_id, message_id) REFERENCES messages (team_id, id) ON DELETE CASCADE
);
CREATE INDEX provider_threads_of_message ON provider_threads (team_id, message_id);
