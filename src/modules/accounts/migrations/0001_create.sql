-- One-time links to choose a password; only a digest is stored.
CREATE TABLE password_reset (
    token_hash {text} PRIMARY KEY,
    account_id {int}  NOT NULL REFERENCES account (id),
    expires_at {int}  NOT NULL,
    used_at    {int}
) {strict};
CREATE INDEX password_reset_by_account ON password_reset (account_id);

-- Letters that let somebody act for an organisation. The code in it is stored as a digest.
CREATE TABLE invitation (
    id                {id},
    organisation_code {text} NOT NULL,
    role              {text} NOT NULL,
    may_delegate      {bool} NOT NULL,
    code_hash         {text} NOT NULL UNIQUE,
    made_by           {text} NOT NULL,
    created_at        {int}  NOT NULL,
    expires_at        {int}  NOT NULL,
    used_at           {int},
    used_by           {int}, -- an account
    revoked_at        {int}
) {strict};
CREATE INDEX invitation_by_organisation ON invitation (organisation_code, id);
