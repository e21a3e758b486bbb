-- When a principal's calls ask a person first. No row: before what destroys something.
CREATE TABLE confirm_policies (
  tenant_id uuid NOT NULL REFERENCES tenants,
  subject text NOT NULL,
  policy text NOT NULL CHECK (policy IN ('always', 'destructive', 'never')),
  PRIMARY KEY (tenant_id, subject)
);

-- Calls that a person approved on the inbox page: each goes through once.
CREATE TABLE approved_calls (
  tenant_id uuid NOT NULL REFERENCES tenants,
  -- Of principal, tool and arguments.
  digest text NOT NULL,
  approved_by text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, digest)
);

-- What makes a sealed confirmation good for one use; kept until it would have expired.
CREATE TABLE used_confirmations (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id text NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON confirm_policies, approved_calls, used_confirmations TO mcpwright_tenant;
ALTER TABLE confirm_policies ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON confirm_policies TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
ALTER TABLE approved_calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON approved_calls TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
ALTER TABLE used_confirmations ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON used_confirmations TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
