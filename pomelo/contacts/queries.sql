-- name: ensure
-- Gives and locks a row for every key, made or found. The update is the lock, changes nothing, and
-- waits for whoever makes or forgets the same contact right now. Sorted, so that two
-- batches never wait for each other.
INSERT INTO contacts AS c (team_id, id, email, address_key, person_key, company, created_at)
SELECT n.team_id, n.id, n.email, n.address_key, n.person_key, n.company, :now
FROM json_to_recordset(:rows) AS n (
  team_id text, id text, email text, address_key text, person_key text, company text)
ORDER BY n.team_id, n.address_key
ON CONFLICT (team_id, address_key) DO UPDATE
SET company = c.company
RETURNING team_id, id, address_key;

-- name: set_companies
UPDATE contacts c SET company = n.company
FROM unnest(:team_ids::text[], :ids::text[], :companies::text[]) AS n (team_id, id, company)
WHERE c.team_id = n.team_id AND c.id = n.id AND c.company <> n.company;

-- name: find
SELECT team_id, id, email, address_key, created_at
FROM contacts WHERE team_id = :team_id AND id = :contact_id;

-- name: find_by_key
SELECT team_id, id, email, address_key, created_at
FROM contacts WHERE team_id = :team_id AND address_key = :address_key;

-- name: list_of_people
SELECT team_id, id, email, address_key, created_at
FROM contacts WHERE team_id = :team_id AND person_key = ANY(:person_keys::text[])
ORDER BY address_key;

-- name: list_of_domains
-- Reads all contacts of the team: whole domains are unsubscribed rarely.
SELECT team_id, id, email, address_key, created_at
FROM contacts
WHERE team_id = :team_id
  AND substring(address_key FROM position('@' IN address_key)) = ANY(:domain_keys::text[])
ORDER BY address_key;

-- name: list_after
SELECT team_id, id, email, address_key, created_at
FROM contacts WHERE team_id = :team_id AND id > :id ORDER BY id LIMIT :limit;

-- name: lock
SELECT id FROM contacts WHERE team_id = :team_id AND id = :contact_id FOR UPDATE;

-- name: forget
DELETE FROM contacts WHERE team_id = :team_id AND id = :contact_id;
