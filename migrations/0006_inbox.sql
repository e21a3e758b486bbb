-- What waits for a person. One row for one matter: asking again renews it.
CREATE TABLE inbox_items (
  tenant_id uuid NOT NULL REFERENCES tenants,
  id uuid NOT NULL,
  server_id uuid,
  kind text NOT NULL CHECK (kind IN ('secret', 'local-host')),
  -- What tells it from others of its kind and server.
  matter text NOT NULL,
  -- What the person is shown: names, hosts and reasons, never a value.
  details json NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, id),
  CONSTRAINT inbox_items_matter UNIQUE NULLS NOT DISTINCT (tenant_id, server_id, kind, matter),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

-- Local `host:port` pairs that a person opened on the inbox page.
CREATE TABLE local_hosts (
  tenant_id uuid NOT NULL REFERENCES tenants,
  address text NOT NULL,
  approved_by text NOT NULL,
  approved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, address)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_items, local_hosts TO mcpwright_tenant;
ALTER TABLE inbox_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON inbox_items TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
ALTER TABLE local_hosts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON local_hosts TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
