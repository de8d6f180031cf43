-- name: find_version
-- Which version of the library made the tables; nothing before there are any.
SELECT obj_description(to_regnamespace('jobs'), 'pg_namespace');

-- name: note_version
SELECT format('COMMENT ON SCHEMA jobs IS %L', :version::text);

-- name: clean_log
-- The library keeps every step of every job for ever.
DELETE FROM jobs.pgqueuer_log WHERE created < now() - interval '7 days';

-- name: clean_statistics
DELETE FROM jobs.pgqueuer_statistics WHERE created < now() - interval '30 days';

-- name: clean_failed
-- Held so that a person can look at them; a month is long enough.
DELETE FROM jobs.pgqueuer WHERE status = 'failed' AND updated < now() - interval '30 days';
