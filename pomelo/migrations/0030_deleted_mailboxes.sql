-- A mailbox that was deleted and added again has one day still.
CREATE INDEX senders_deleted ON senders (team_id, address_key) WHERE deleted_at IS NOT NULL;
