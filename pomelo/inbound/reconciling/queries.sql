-- name: list_ledger
-- Mails of a campaign that were handed over, or may have been. What is still to be put into a
-- Sent folder cannot be expected there.
SELECT m.id, m.header_id, m.recipient, m.sender_id, s.email AS sender_email, m.state,
  m.data_at AS handed_over_at
FROM messages m JOIN senders s ON s.team_id = m.team_id AND s.id = m.sender_id
WHERE m.team_id = :team_id AND m.campaign_id = :campaign_id AND m.kind IN ('sequence', 'answer')
  AND m.state IN ('sent', 'uncertain') AND m.data_at BETWEEN :since AND :until
  AND NOT EXISTS (SELECT FROM sent_appends p
                  WHERE p.team_id = m.team_id AND p.message_id = m.id AND p.given_up_at IS NULL)
  -- Nor what waits to be enrolled for that.
  AND NOT (m.state = 'sent' AND m.raw IS NOT NULL AND NOT EXISTS (
    SELECT FROM sent_appends p WHERE p.team_id = m.team_id AND p.message_id = m.id))
ORDER BY m.data_at, m.id;

-- name: list_writers
-- Those who write for a campaign, and those who wrote.
SELECT s.id, s.email FROM senders s
WHERE s.team_id = :team_id AND (
  EXISTS (SELECT FROM campaign_senders o
          WHERE o.team_id = s.team_id AND o.campaign_id = :campaign_id AND o.sender_id = s.id
            AND s.deleted_at IS NULL)
  OR s.id IN (SELECT m.sender_id FROM messages m
              WHERE m.team_id = :team_id AND m.campaign_id = :campaign_id AND m.data_at >= :since))
ORDER BY s.email, s.id;
