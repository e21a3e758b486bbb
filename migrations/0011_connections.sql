-- Other MCP servers, whose tools a server offers. The table of the first migration was never written to.
DROP TABLE connections;
CREATE TABLE connections (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  transport text NOT NULL CHECK (transport IN ('auto', 'streamable-http', 'sse')),
  -- Names and patterns of the tools that are wanted; null: all.
  tools json,
  -- The name of the secret that is its bearer token.
  token text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, server_id, name),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

-- Their tools: as a person has allowed them (pinned), and as they were last listed (latest).
CREATE TABLE connection_tools (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  connection text NOT NULL,
  tool text NOT NULL,
  position int NOT NULL,
  pinned_digest text,
  pinned json,
  latest_digest text,
  latest json,
  PRIMARY KEY (tenant_id, server_id, connection, tool),
  CHECK ((pinned IS NULL) = (pinned_digest IS NULL)),
  CHECK ((latest IS NULL) = (latest_digest IS NULL)),
  FOREIGN KEY (tenant_id, server_id, connection) REFERENCES connections (tenant_id, server_id, name) ON DELETE CASCADE
);

-- Hosts whose MCP servers a person allowed to connect.
CREATE TABLE connection_hosts (
  tenant_id uuid NOT NULL REFERENCES tenants,
  host text NOT NULL,
  approved_by text NOT NULL,
  approved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, host)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON connections, connection_tools, connection_hosts TO mcpwright_tenant;
ALTER TABLE connections ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON connections TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
ALTER TABLE connection_tools ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON connection_tools TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
ALTER TABLE connection_hosts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON connection_hosts TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
