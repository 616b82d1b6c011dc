-- name: proposal_insert
INSERT INTO proposal (state, method, path, route, body, if_match, proposer_id, grant_id,
                      area_code, proposed_at, proposed_seq, for_overseers)
VALUES ('open', :method, :path, :route, :body, :if_match, :proposer_id, :grant_id, :area_code,
        :now, :sequence, :for_overseers)
RETURNING id;

-- name: proposal_list
SELECT proposal.id, proposal.state, proposal.method, proposal.path, proposal.route, proposal.body,
       proposal.if_match, proposal.proposer_id, proposal.grant_id, proposer.name AS proposer_name,
       proposal.area_code, proposal.proposed_at, decider.name AS decider_name, proposal.decided_at,
       proposal.reason, proposal.location, proposal.for_overseers
FROM proposal
JOIN account AS proposer ON proposer.id = proposal.proposer_id
LEFT JOIN account AS decider ON decider.id = proposal.decider_id
WHERE (NOT proposal.for_overseers OR :own_oversight = 1 OR proposal.proposer_id = :own_account)

-- name: proposal_find
{proposal_list}
  AND proposal.id = :id;

-- name: proposal_decided
UPDATE proposal SET decider_id = :decider_id, decided_at = :now, reason = :reason WHERE id = :id;

-- name: proposal_done
UPDATE proposal SET location = :location WHERE id = :id;
