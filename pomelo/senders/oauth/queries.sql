-- name: begin_authorization
-- Those that nobody finished are forgotten on the way.
WITH gone AS (DELETE FROM authorizations WHERE expires_at < :now)
INSERT INTO authorizations (
  state_hash, team_id, user_id, sender_id, provider, email, login, name, redirect_uri, verifier,
  browser_hash, expires_at)
VALUES (
  :state_hash, :team_id, :user_id, :sender_id, :provider, :email, :login, :name, :redirect_uri,
  :verifier, :browser_hash, :expires_at);

-- name: take_authorization
-- Gives it once: of two who bring the same state, one gets a row.
DELETE FROM authorizations WHERE state_hash = :state_hash
RETURNING team_id, user_id, sender_id, provider, email, login, name, redirect_uri, verifier,
  browser_hash, expires_at;

-- name: use_provider
-- A token goes to its provider's hosts alone; what was a password is erased.
UPDATE senders
SET smtp_host = :smtp_host, smtp_port = :smtp_port, smtp_tls = :smtp_tls, smtp_login = :login,
  smtp_password = NULL, imap_host = :imap_host, imap_port = :imap_port, imap_tls = :imap_tls,
  imap_login = :login, imap_password = NULL, replies = COALESCE(replies, 'imap'),
  -- Nobody has read another mailbox than before.
  replies_read_at = CASE WHEN imap_host = :imap_host AND imap_login = :login
    THEN replies_read_at END
WHERE team_id = :team_id AND id = :id AND deleted_at IS NULL;

-- name: put_grant
-- Connected anew: whoever renews the old tokens meanwhile finds another version, also when the
-- leave before was deleted: so versions begin anywhere.
INSERT INTO grants (
  team_id, sender_id, provider, access_token, refresh_token, expires_at, refresh_at, version)
VALUES (
  :team_id, :sender_id, :provider, :access_token, :refresh_token, :expires_at, :refresh_at,
  1 + floor(random() * 1e9)::int)
ON CONFLICT (team_id, sender_id) DO UPDATE SET
  provider = EXCLUDED.provider, access_token = EXCLUDED.access_token,
  refresh_token = EXCLUDED.refresh_token, expires_at = EXCLUDED.expires_at,
  refresh_at = EXCLUDED.refresh_at, version = grants.version + 1, leased_until = NULL,
  failures = 0, ended_at = NULL;

-- name: find_grant
SELECT g.team_id, g.sender_id, g.provider, g.access_token, g.refresh_token, g.expires_at,
  g.refresh_at, g.version, g.leased_until, g.failures, g.ended_at, s.email, s.smtp_login AS login
FROM grants g JOIN senders s ON s.team_id = g.team_id AND s.id = g.sender_id
WHERE g.team_id = :team_id AND g.sender_id = :sender_id AND s.deleted_at IS NULL;

-- name: list_granted
SELECT g.sender_id, g.provider
FROM unnest(:team_ids::text[], :sender_ids::text[]) AS s (team_id, id)
JOIN grants g ON g.team_id = s.team_id AND g.sender_id = s.id;

-- name: lease_grant
-- Picks the one who renews these tokens.
UPDATE grants SET leased_until = :until
WHERE team_id = :team_id AND sender_id = :sender_id AND version = :version
  AND (leased_until IS NULL OR leased_until <= :now);

-- name: renew_grant
UPDATE grants
SET access_token = :access_token, refresh_token = :refresh_token, expires_at = :expires_at,
  refresh_at = :refresh_at, version = version + 1, leased_until = NULL, failures = 0
WHERE team_id = :team_id AND sender_id = :sender_id AND version = :version;

-- name: postpone_grant
UPDATE grants SET refresh_at = :refresh_at, leased_until = NULL, failures = failures + 1
WHERE team_id = :team_id AND sender_id = :sender_id AND version = :version;

-- name: end_grant
UPDATE grants SET ended_at = :now, leased_until = NULL
WHERE team_id = :team_id AND sender_id = :sender_id AND version = :version;

-- name: delete_grant
DELETE FROM grants WHERE team_id = :team_id AND sender_id = :sender_id;
