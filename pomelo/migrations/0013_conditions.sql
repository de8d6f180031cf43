-- Until when a lead waits for a condition to come true.
ALTER TABLE leads ADD COLUMN awaits_until timestamptz;

CREATE TABLE step_calls (
  team_id text NOT NULL,
  lead_id text NOT NULL,
  step_id text NOT NULL,
  tries integer NOT NULL,
  PRIMARY KEY (team_id, lead_id, step_id),
  FOREIGN KEY (team_id, lead_id) REFERENCES leads (team_id, id) ON DELETE CASCADE
);
