-- Code that tools, resources and prompts of one server import.
CREATE TABLE shared_code (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  source text NOT NULL,
  PRIMARY KEY (tenant_id, server_id, name),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

-- Tools that were refused, as they were given, to be amended.
CREATE TABLE tool_drafts (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  input json NOT NULL,
  refused_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, server_id, name),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON shared_code, tool_drafts TO mcpwright_tenant;
ALTER TABLE shared_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON shared_code TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
ALTER TABLE tool_drafts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON tool_drafts TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
