-- Each event carries the hash of itself and of the one before; events from before this migration have none.
ALTER TABLE audit_events ADD COLUMN hash text;

-- Where each tenant's chain ends: it shows when the newest events are gone.
CREATE TABLE audit_heads (
  tenant_id uuid PRIMARY KEY REFERENCES tenants,
  hash text NOT NULL,
  events bigint NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON audit_heads TO mcpwright_tenant;
ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON audit_heads TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
