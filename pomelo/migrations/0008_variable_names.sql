-- The names of a campaign's variables are kept, so that an export need not look for them.

CREATE TABLE variable_names (
  team_id text NOT NULL,
  campaign_id text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (team_id, campaign_id, name),
  FOREIGN KEY (team_id, campaign_id) REFERENCES campaigns (team_id, id) ON DELETE CASCADE
);
INSERT INTO variable_names (team_id, campaign_id, name)
SELECT DISTINCT l.team_id, l.campaign_id, k.name
FROM leads l CROSS JOIN LATERAL jsonb_object_keys(l.variables) AS k (name);
