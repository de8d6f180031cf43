-- Mailboxes at Google and Microsoft are used by a provider's leave instead of a password.

-- A provider's leave to use a mailbox (OAuth 2.0), at most one a sender; where there is one, no
-- password counts.
CREATE TABLE grants (
  team_id text NOT NULL,
  sender_id text NOT NULL,
  provider text NOT NULL CHECK (provider IN ('google', 'microsoft')),
  -- Encrypted with the secret key, the sender's id inside; so is the next.
  access_token bytea NOT NULL,
  refresh_token bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  -- From when on it is renewed: ahead of its end, or after the rest that a failure earned.
  refresh_at timestamptz NOT NULL,
  -- Counts the tokens: who renews writes only what follows from those it read, so that a
  -- provider's newest refresh token is never lost to an older one.
  version integer NOT NULL DEFAULT 1,
  -- One process asks the provider at a time; NULL = nobody does.
  leased_until timestamptz,
  -- Tries in a row that the provider did not answer.
  failures integer NOT NULL DEFAULT 0,
  -- The provider ended it: only a person can connect the mailbox again.
  ended_at timestamptz,
  PRIMARY KEY (team_id, sender_id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);

-- Somebody was sent to a provider to give such leave, and has not come back.
CREATE TABLE authorizations (
  -- SHA-256 of the state parameter, which only that person's browser brings back.
  state_hash bytea PRIMARY KEY,
  team_id text NOT NULL,
  user_id text NOT NULL,
  -- Connected anew; NULL = it is added.
  sender_id text,
  provider text NOT NULL CHECK (provider IN ('google', 'microsoft')),
  email text NOT NULL,
  login text NOT NULL,
  name text NOT NULL,
  -- As the provider was told; it wants to hear the same again.
  redirect_uri text NOT NULL,
  -- PKCE's code verifier (RFC 7636), encrypted, the team's id inside.
  verifier bytea NOT NULL,
  -- SHA-256 of the cookie of the browser that began; of nothing for one on a command's machine.
  browser_hash bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  FOREIGN KEY (team_id, user_id) REFERENCES users (team_id, id),
  FOREIGN KEY (team_id, sender_id) REFERENCES senders (team_id, id)
);
CREATE INDEX authorizations_expiring ON authorizations (expires_at);
