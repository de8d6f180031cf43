-- name: server
-- What of PostgreSQL's set-up keeps promises, or breaks them.
SELECT current_setting('server_version') AS version,
  current_setting('fsync') AS fsync,
  current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser,
  current_user::text AS role;

-- name: clock
SELECT clock_timestamp();

-- name: count_workers
SELECT count(*)::int FROM workers WHERE seen_at > clock_timestamp() - interval '60 seconds';

-- name: count_received
-- How many mails came back for each living sender, of one team or of all.
SELECT s.id, s.email, (
  SELECT count(*) FROM inbound_mails i
  WHERE i.team_id = s.team_id AND i.sender_id = s.id)::int AS mails
FROM senders s
WHERE s.deleted_at IS NULL AND (:team_id::text IS NULL OR s.team_id = :team_id)
ORDER BY s.email;

-- name: count_holidays_kept
SELECT count(*)::int FROM schedules WHERE holidays <> '' AND deleted_at IS NULL;

-- name: count_zones_guessed
SELECT count(*)::int FROM campaigns WHERE lead_zones = 'guess' AND NOT is_archived;
