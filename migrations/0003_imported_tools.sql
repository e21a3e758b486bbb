-- What a source was read with, to read it again in the same way.
ALTER TABLE sources ADD COLUMN base_url text;
ALTER TABLE sources ADD COLUMN overlay_digest text;
ALTER TABLE sources ADD FOREIGN KEY (tenant_id, overlay_digest) REFERENCES source_texts (tenant_id, digest);

-- Tools as their description gives them. Where `tools` differs, a person has changed or removed something, and it
-- stays so when the description is read again.
CREATE TABLE imported_tools (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  source_id uuid NOT NULL,
  name text NOT NULL,
  title text,
  description text NOT NULL,
  effect text NOT NULL CHECK (effect IN ('read', 'write', 'delete')),
  input_schema json NOT NULL,
  output_schema json,
  tool_group text,
  handler json NOT NULL,
  PRIMARY KEY (tenant_id, server_id, name),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX imported_tools_source ON imported_tools (tenant_id, source_id);

-- Only tools that still point into their description are known to be as they were imported.
INSERT INTO imported_tools
SELECT tenant_id, server_id, source_id, name, title, description, effect, input_schema, output_schema, tool_group, handler
FROM tools
WHERE source_id IS NOT NULL AND handler -> 'source' IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON imported_tools TO mcpwright_tenant;
ALTER TABLE imported_tools ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON imported_tools TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
