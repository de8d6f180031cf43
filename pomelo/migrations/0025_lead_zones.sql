-- Whether a campaign's hours are read on each lead's own clocks; and which hours those are, counted
-- so that whoever waits by older ones is looked at again. NULL = never by leads' clocks.
ALTER TABLE campaigns
  ADD COLUMN lead_zones text NOT NULL DEFAULT 'off' CHECK (lead_zones IN ('off', 'own', 'guess')),
  ADD COLUMN hours_version bigint;
CREATE INDEX campaigns_zoned ON campaigns (team_id, id) WHERE hours_version IS NOT NULL;

ALTER TABLE leads DROP CONSTRAINT leads_held_by_check;
ALTER TABLE leads ADD CONSTRAINT leads_held_by_check
  CHECK (held_by IN ('contactRule', 'domainGap', 'window'));
CREATE INDEX leads_zoned ON leads (team_id, campaign_id, held_version) WHERE held_by = 'window';
