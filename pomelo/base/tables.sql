-- What all processes of one installation must agree on. One row, made at first start.
CREATE TABLE installation (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  -- A process with another secret key would sign links nobody can check: it refuses to start.
  secret_fingerprint text NOT NULL,
  -- Rehearsal: every mail goes to this address; '' = mail goes to the leads.
  deliver_to text NOT NULL DEFAULT '',
  -- A fast clock (demonstrations) counts from here, in every process alike.
  clock_speed double precision NOT NULL DEFAULT 1 CHECK (clock_speed > 0),
  -- Also in a file of the export folder: a process that does not find it there has another
  -- folder, and files made here could not be fetched there. '' = nobody has looked yet.
  export_mark text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL
);

-- The workers that are alive, by heartbeat: who holds the rehearsal mode, and whether any runs.
CREATE TABLE workers (
  id text PRIMARY KEY,
  -- The host's name, its boot and the numbering of its processes: pid says nothing elsewhere.
  host text NOT NULL,
  pid integer NOT NULL,
  deliver_to text NOT NULL,
  started_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL
);
