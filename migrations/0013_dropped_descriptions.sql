-- Descriptions that a person put in on the inbox page, for an import to take by their name.
CREATE TABLE dropped_descriptions (
  tenant_id uuid NOT NULL REFERENCES tenants,
  name text NOT NULL,
  digest text NOT NULL,
  dropped_by text NOT NULL,
  dropped_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, name),
  FOREIGN KEY (tenant_id, digest) REFERENCES source_texts (tenant_id, digest)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON dropped_descriptions TO mcpwright_tenant;
ALTER TABLE dropped_descriptions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON dropped_descriptions TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
