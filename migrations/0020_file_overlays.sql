-- What a person or a model changed in the files of a generated project. A text of null leaves the file out; the base is
-- the digest of the generated text that was changed, null where nothing is generated.
CREATE TABLE file_overlays (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  path text NOT NULL,
  content text,
  base text,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, server_id, path),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON file_overlays TO mcpwright_tenant;
ALTER TABLE file_overlays ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON file_overlays TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
