-- Hours of a sender's own: it sends only when they and its campaign's are open.
CREATE TABLE sender_schedules (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  schedule_id text NOT NULL,
  PRIMARY KEY (team_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id),
  FOREIGN KEY (team_id, schedule_id) REFERENCES schedules (team_id, id)
);
CREATE INDEX sender_schedules_of_schedule ON sender_schedules (team_id, schedule_id);
