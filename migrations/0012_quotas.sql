-- When builds were asked for, to bound how many there are in an hour.
CREATE TABLE build_starts (
  tenant_id uuid NOT NULL REFERENCES tenants,
  at timestamptz NOT NULL
);
CREATE INDEX build_starts_tenant ON build_starts (tenant_id, at);

GRANT SELECT, INSERT, DELETE ON build_starts TO mcpwright_tenant;
ALTER TABLE build_starts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON build_starts TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
