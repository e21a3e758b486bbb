-- Environment variables that a person let a server send to one host. The value is never stored: it is read at use.
CREATE TABLE env_approvals (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  host text NOT NULL,
  approved_by text NOT NULL,
  approved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, server_id, name, host),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, DELETE ON env_approvals TO mcpwright_tenant;
ALTER TABLE env_approvals ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON env_approvals TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
