-- A person who is away, as an automatic answer says, gets no step before they are back.

ALTER TABLE leads ADD COLUMN back_at timestamptz;
