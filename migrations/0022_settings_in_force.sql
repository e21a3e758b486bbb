-- `settings` are from now on those that what serves was deployed with. `wanted_settings` were last asked for: they differ
-- while a deploy is under way, and after one that failed.
ALTER TABLE deployments ADD COLUMN wanted_settings jsonb NOT NULL DEFAULT '{}';
UPDATE deployments SET wanted_settings = settings WHERE settings <> '{}';

-- What each version was last deployed with at a target: they come back with it.
CREATE TABLE version_settings (
  tenant_id uuid NOT NULL,
  build_id uuid NOT NULL,
  target text NOT NULL,
  settings jsonb NOT NULL,
  PRIMARY KEY (tenant_id, build_id, target),
  FOREIGN KEY (tenant_id, build_id) REFERENCES builds (tenant_id, id) ON DELETE CASCADE
);
INSERT INTO version_settings (tenant_id, build_id, target, settings)
  SELECT tenant_id, build_id, target, settings FROM deployments WHERE build_id IS NOT NULL AND target <> 'local';

GRANT SELECT, INSERT, UPDATE, DELETE ON version_settings TO mcpwright_tenant;
ALTER TABLE version_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON version_settings TO mcpwright_tenant USING (tenant_id = current_tenant())
  WITH CHECK (tenant_id = current_tenant());
