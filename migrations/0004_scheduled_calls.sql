-- Calls that servers' own code has put off: context.schedule.
CREATE TABLE scheduled_calls (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  id uuid NOT NULL,
  tool text NOT NULL,
  input json NOT NULL,
  due_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX scheduled_calls_server ON scheduled_calls (tenant_id, server_id);
CREATE INDEX scheduled_calls_due ON scheduled_calls (due_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON scheduled_calls TO mcpwright_tenant;
ALTER TABLE scheduled_calls ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON scheduled_calls TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());

-- A prompt has either messages, or code that makes them: {source, hosts}.
ALTER TABLE prompts ADD COLUMN code json;
ALTER TABLE prompts ALTER COLUMN messages DROP NOT NULL;
ALTER TABLE prompts ADD CHECK ((code IS NULL) <> (messages IS NULL));
