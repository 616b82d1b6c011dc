-- Who may sign in.
CREATE TABLE account (
    id                   {id},
    name                 {text} NOT NULL UNIQUE,
    person_id            {int},
    password_hash        {text}, -- argon2id; NULL until its owner has chosen one
    state                {text} NOT NULL CHECK (state IN ('active', 'disabled')),
    must_change_password {bool} NOT NULL,
    locked_until         {int}, -- for the list; what counts is login_failure
    last_login_at        {int},
    created_at           {int}  NOT NULL,
    changed_seq          {int}  NOT NULL
) {strict};

CREATE INDEX account_by_state ON account (state, id);
-- What an account may do, for whom, and when. Never deleted: who could do what stays known; so
-- nothing that names a grant needs a foreign key, which each insertion would have to look after.
CREATE TABLE role_grant (
    id                {id},
    account_id        {int}  NOT NULL REFERENCES account (id),
    role              {text} NOT NULL,
    organisation_code {text},
    area_code         {text},
    department_code   {text},
    may_delegate      {bool} NOT NULL,
    valid_from        {text} NOT NULL,
    valid_to          {text},
    granted_by        {text} NOT NULL,
    granted_seq       {int}  NOT NULL,
    revoked_at        {int},
    revoked_by        {text}
) {strict};
CREATE INDEX role_grant_by_account ON role_grant (account_id, id);
CREATE INDEX role_grant_by_organisation ON role_grant (organisation_code, id);
CREATE INDEX role_grant_by_area ON role_grant (area_code, id);
CREATE INDEX role_grant_by_department ON role_grant (department_code, id);
CREATE INDEX role_grant_by_role ON role_grant (role, id);

-- Only digests of what opens a door are stored.
CREATE TABLE session (
    token_hash {text} PRIMARY KEY,
    account_id {int}  NOT NULL REFERENCES account (id),
    grant_id   {int} ,
    csrf_token {text} NOT NULL,
    created_at {int}  NOT NULL,
    idle_until {int}  NOT NULL,
    expires_at {int}  NOT NULL
) {strict};
CREATE INDEX session_by_account ON session (account_id);
CREATE INDEX session_by_expiry ON session (expires_at);

CREATE TABLE api_token (
    id         {id},
    token_hash {text} NOT NULL UNIQUE,
    account_id {int}  NOT NULL REFERENCES account (id),
    grant_id   {int}  NOT NULL,
    name       {text} NOT NULL,
    scopes     {text} NOT NULL,
    expires_on {text} NOT NULL,
    created_at {int}  NOT NULL,
    revoked_at {int}
) {strict};
CREATE INDEX api_token_by_account ON api_token (account_id, id);

-- Failed tries to sign in, by what is guessed at (a name) and from where (an address).
CREATE TABLE login_failure (
    subject_hash {text} PRIMARY KEY,
    failures     {int} NOT NULL,
    last_at      {int} NOT NULL
) {strict};
CREATE INDEX login_failure_by_time ON login_failure (last_at);

-- Requests that wait for a second person.
CREATE TABLE proposal (
    id                {id},
    state             {text} NOT NULL CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
    method            {text} NOT NULL,
    path              {text} NOT NULL,
    route             {text} NOT NULL, -- the path's pattern
    body              {text} NOT NULL,
    if_match          {text},
    proposer_id       {int}  NOT NULL REFERENCES account (id),
    grant_id          {int}  NOT NULL,
    area_code         {text},
    proposed_at       {int}  NOT NULL,
    proposed_seq      {int}  NOT NULL,
    decider_id        {int}, -- an account
    decided_at        {int},
    reason            {text},
    location          {text}
) {strict};
CREATE INDEX proposal_by_state ON proposal (state, id);
CREATE INDEX proposal_by_path ON proposal (path, id);
CREATE INDEX proposal_by_proposer ON proposal (proposer_id, id);

-- Rules that an administration may change; a missing row means the standard.
CREATE TABLE rule_value (
    code        {text} PRIMARY KEY,
    value       {int} NOT NULL,
    changed_seq {int} NOT NULL
) {strict};
