-- What pauses or stops a lead: meetings, only some clicks, and pausing in place of stopping.
ALTER TABLE campaigns
  ADD COLUMN stop_on_meeting boolean NOT NULL DEFAULT false,
  ADD COLUMN pause_on text[] NOT NULL DEFAULT '{}' CHECK (pause_on <@ ARRAY['replied', 'clicked', 'meeting']),
  ADD COLUMN click_filter text NOT NULL DEFAULT '';
-- What was only kept so far means something now.
UPDATE campaigns SET
  stop_on_meeting = COALESCE((other_settings ->> 'stopOnMeetingBooked')::boolean, false)
    OR COALESCE(other_settings #>> '{onMeetingBooked,campaignProgress}' IN ('stop', 'pause'), false),
  click_filter = COALESCE(other_settings ->> 'stopOnLinkClickedFilter', '')
WHERE other_settings <> '{}';
ALTER TABLE leads ADD COLUMN paused_by text;
