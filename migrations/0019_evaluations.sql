-- How well a model answered questions with a server's tools: the XML of the prompt evaluate_server, to compare with.
CREATE TABLE evaluations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  -- Null: nothing was built yet.
  version integer,
  score integer NOT NULL,
  questions integer NOT NULL,
  xml text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX evaluations_server ON evaluations (tenant_id, server_id, at);

GRANT SELECT, INSERT, UPDATE, DELETE ON evaluations TO mcpwright_tenant;
ALTER TABLE evaluations ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON evaluations TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
