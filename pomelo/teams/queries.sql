-- name: insert_team
INSERT INTO teams (id, name, created_at) VALUES (:id, :name, :now)
RETURNING id, name, uncertain, created_at, paused_at, new_leads_percent;

-- name: insert_user
INSERT INTO users (team_id, id, name, email, created_at) VALUES (:team_id, :id, :name, :email, :now)
RETURNING team_id, id, name, email, role, is_blocked, created_at;

-- name: insert_key
INSERT INTO api_keys (team_id, id, user_id, name, hash, hint, created_at)
VALUES (:team_id, :id, :user_id, :name, :hash, :hint, :now);

-- name: find_team
SELECT id, name, uncertain, created_at, paused_at, new_leads_percent FROM teams WHERE id = :team_id;

-- name: list_teams
SELECT id, name, uncertain, created_at, paused_at, new_leads_percent FROM teams ORDER BY created_at, id;

-- name: list_users
SELECT team_id, id, name, email, role, is_blocked, created_at
FROM users WHERE team_id = :team_id ORDER BY created_at, id;

-- name: find_user
SELECT team_id, id, name, email, role, is_blocked, created_at
FROM users WHERE team_id = :team_id AND id = :user_id;

-- name: list_keys
SELECT id, user_id, name, hint, created_at, revoked_at
FROM api_keys WHERE team_id = :team_id ORDER BY created_at, id;

-- name: revoke_key
-- A key revoked before keeps its first moment.
UPDATE api_keys SET revoked_at = COALESCE(revoked_at, :now)
WHERE team_id = :team_id AND id = :key_id;

-- name: find_owner
-- The one look-up that is not by team: it finds out whose team calls.
SELECT k.team_id, k.user_id, k.id, u.is_blocked
FROM api_keys k JOIN users u ON u.team_id = k.team_id AND u.id = k.user_id
WHERE k.hash = :hash AND k.revoked_at IS NULL;

-- name: set_uncertain
UPDATE teams SET uncertain = :uncertain WHERE id = :team_id;

-- name: set_new_leads_percent
UPDATE teams SET new_leads_percent = :percent WHERE id = :team_id;

-- name: set_paused
-- Gives nothing where it is so already, and the first moment stays.
UPDATE teams SET paused_at = :paused_at
WHERE id = :team_id AND (paused_at IS NULL) <> (:paused_at::timestamptz IS NULL);

-- name: rename
UPDATE teams SET name = :name WHERE id = :team_id;

-- name: lock_hooks
-- Who adds or ends a hook takes turns with others of the team.
SELECT id FROM teams WHERE id = :team_id FOR NO KEY UPDATE;

-- name: set_has_hooks
UPDATE teams SET has_hooks = :has_hooks WHERE id = :team_id AND has_hooks <> :has_hooks;
