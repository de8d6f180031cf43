-- Campaigns warn of leads whose step could not be carried out, and read only those for it.
CREATE INDEX leads_failing ON leads (team_id, campaign_id, stopped_by)
  WHERE stopped_by IN ('emailsFailed', 'apiFailed');
