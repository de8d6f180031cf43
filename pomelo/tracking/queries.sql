-- name: insert_visits
-- Of locked leads; the mail of one that is gone is gone, too.
INSERT INTO page_visits (team_id, message_id, visited_at)
SELECT m.team_id, m.id, n.visited_at
FROM unnest(:message_ids::text[], :visited_ats::timestamptz[]) AS n (message_id, visited_at)
JOIN messages m ON m.id = n.message_id
ON CONFLICT DO NOTHING;

-- name: list_visits
-- Each mail's first 500, as its clicks.
SELECT n.message_id, v.visited_at AS at
FROM unnest(:team_ids::text[], :message_ids::text[]) AS n (team_id, message_id)
CROSS JOIN LATERAL (
  SELECT p.visited_at FROM page_visits p
  WHERE p.team_id = n.team_id AND p.message_id = n.message_id
  ORDER BY p.visited_at LIMIT 500) v;
