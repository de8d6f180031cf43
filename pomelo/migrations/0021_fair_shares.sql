-- Campaigns share their senders by weight, and gaps are of uneven length where wanted.
ALTER TABLE campaigns ADD COLUMN weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 100);
ALTER TABLE campaign_senders ADD COLUMN served double precision NOT NULL DEFAULT 0;
ALTER TABLE senders
  ADD COLUMN gap_jitter_seconds integer NOT NULL DEFAULT 0 CHECK (gap_jitter_seconds >= 0);
