-- Runs of tools that every build repeats.
CREATE TABLE saved_tests (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  tool text NOT NULL,
  input json NOT NULL,
  -- Answers to the tool's requests; what they held of secrets was taken out before.
  mocks json NOT NULL,
  expected json NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, server_id, name),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

GRANT SELECT, INSERT, UPDATE, DELETE ON saved_tests TO mcpwright_tenant;
ALTER TABLE saved_tests ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON saved_tests TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());

-- When a version was last put up: what never ran is no version to go back to. Of older ones it is not known.
ALTER TABLE builds ADD COLUMN ran_at timestamptz;
UPDATE builds SET ran_at = created_at;
