-- Of which addresses leads are launched by themselves, once they were checked; none named = all, at once.
ALTER TABLE campaigns ADD COLUMN review_conditions text[] NOT NULL DEFAULT '{}'
  CHECK (review_conditions <@ ARRAY['deliverable', 'risky', 'undeliverable', 'unverified']);
UPDATE campaigns SET
  review_conditions = ARRAY(SELECT jsonb_array_elements_text(other_settings->'autoReviewConditions')),
  other_settings = other_settings - 'autoReviewConditions'
WHERE jsonb_typeof(other_settings->'autoReviewConditions') = 'array';
CREATE INDEX campaigns_choosy ON campaigns (team_id, id) WHERE review_conditions <> '{}';
CREATE INDEX leads_reviewed_by_kind ON leads (team_id, campaign_id, (scanned_at IS NULL), email_status)
  WHERE waits_for = 'review' AND stopped_by IS NULL;
