-- What servers' own code keeps: context.store.
CREATE TABLE store_values (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  key text NOT NULL,
  value json NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, server_id, key),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON store_values TO mcpwright_tenant;
ALTER TABLE store_values ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON store_values TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
