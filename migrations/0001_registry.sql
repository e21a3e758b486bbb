-- The role that tenants' transactions run as. Roles belong to the whole PostgreSQL server: another database of it
-- may have made it already, or may be making it right now.
DO $$
BEGIN
  CREATE ROLE mcpwright_tenant NOLOGIN NOSUPERUSER NOBYPASSRLS;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'mcpwright_tenant', 'MEMBER') THEN
    GRANT mcpwright_tenant TO CURRENT_USER;
  END IF;
END
$$;
GRANT USAGE ON SCHEMA mcpwright TO mcpwright_tenant;

CREATE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  RETURN nullif(current_setting('mcpwright.tenant_id', true), '')::uuid;

CREATE TABLE tenants (
  tenant_id uuid PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO tenants (tenant_id, name) VALUES ('00000000-0000-7000-8000-000000000001', 'local');

-- Foreign keys carry the tenant: row-level security does not bind them, so a bare id could point across tenants.
CREATE TABLE servers (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants,
  name text NOT NULL,
  description text NOT NULL,
  revision int NOT NULL DEFAULT 1,
  exposure text NOT NULL CHECK (exposure IN ('tools', 'search')),
  status text NOT NULL CHECK (status IN ('draft', 'running', 'deployed', 'stopped', 'failed', 'archived')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  UNIQUE (tenant_id, id)
);
-- An archived server frees its name. The same index serves the list, which is sorted by name.
CREATE UNIQUE INDEX servers_name ON servers (tenant_id, name) WHERE deleted_at IS NULL;

CREATE TABLE source_texts (
  tenant_id uuid NOT NULL REFERENCES tenants,
  digest text NOT NULL,
  -- gzip
  content bytea NOT NULL,
  PRIMARY KEY (tenant_id, digest)
);

CREATE TABLE sources (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('openapi')),
  origin text NOT NULL,
  title text NOT NULL,
  digest text NOT NULL,
  skipped json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, id),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, digest) REFERENCES source_texts (tenant_id, digest)
);
CREATE INDEX sources_server ON sources (tenant_id, server_id, created_at);

-- Schemas and handlers are json, not jsonb: the order of properties is part of what a person wrote.
CREATE TABLE tools (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  position int NOT NULL,
  title text,
  description text NOT NULL,
  effect text NOT NULL CHECK (effect IN ('read', 'write', 'delete')),
  input_schema json NOT NULL,
  output_schema json,
  tool_group text,
  handler json NOT NULL,
  source_id uuid,
  PRIMARY KEY (tenant_id, server_id, name),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, source_id) REFERENCES sources (tenant_id, id) ON DELETE SET NULL (source_id)
);
CREATE INDEX tools_order ON tools (tenant_id, server_id, position);
CREATE INDEX tools_source ON tools (tenant_id, source_id);

CREATE TABLE resources (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  position int NOT NULL,
  uri text NOT NULL,
  description text,
  mime_type text,
  content json NOT NULL,
  PRIMARY KEY (tenant_id, server_id, name),
  CONSTRAINT resources_uri UNIQUE (tenant_id, server_id, uri),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE prompts (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  position int NOT NULL,
  description text NOT NULL,
  arguments json NOT NULL,
  messages json NOT NULL,
  PRIMARY KEY (tenant_id, server_id, name),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

-- What a server's calls need, never a value: those are in secrets.
CREATE TABLE credentials (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  hosts text[] NOT NULL,
  placement json NOT NULL,
  purpose text NOT NULL,
  PRIMARY KEY (tenant_id, server_id, name),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

-- Other MCP servers, whose tools a server may offer.
CREATE TABLE connections (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants,
  name text NOT NULL,
  transport json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT connections_name UNIQUE (tenant_id, name)
);

CREATE TABLE builds (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  version int NOT NULL,
  digest text NOT NULL,
  revision int NOT NULL,
  checks json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, id),
  CONSTRAINT builds_version UNIQUE (tenant_id, server_id, version),
  CONSTRAINT builds_digest UNIQUE (tenant_id, server_id, digest),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

CREATE TABLE build_files (
  tenant_id uuid NOT NULL,
  build_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('project', 'artefact')),
  path text NOT NULL,
  -- gzip
  content bytea NOT NULL,
  PRIMARY KEY (tenant_id, build_id, kind, path),
  FOREIGN KEY (tenant_id, build_id) REFERENCES builds (tenant_id, id) ON DELETE CASCADE
);
-- It is compressed already.
ALTER TABLE build_files ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE source_texts ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE deployments (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  target text NOT NULL,
  status text NOT NULL CHECK (
    status IN ('pending', 'building', 'pushing', 'deploying', 'running', 'stopped', 'failed', 'deleted')
  ),
  status_message text,
  build_id uuid,
  endpoint_url text,
  slug text NOT NULL,
  port int CHECK (port BETWEEN 1 AND 65535),
  daemon_id uuid,
  lease_until timestamptz,
  image text,
  token_hash text,
  request_count bigint NOT NULL DEFAULT 0,
  last_request_at timestamptz,
  started_at timestamptz,
  stopped_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT deployments_slug UNIQUE (slug),
  CONSTRAINT deployments_target UNIQUE (tenant_id, server_id, target),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE,
  FOREIGN KEY (tenant_id, build_id) REFERENCES builds (tenant_id, id) ON DELETE SET NULL (build_id)
);
CREATE INDEX deployments_active ON deployments (daemon_id) WHERE status NOT IN ('stopped', 'failed', 'deleted');
CREATE INDEX deployments_build ON deployments (tenant_id, build_id);

CREATE TABLE secrets (
  tenant_id uuid NOT NULL,
  server_id uuid NOT NULL,
  name text NOT NULL,
  host text NOT NULL,
  key_id text NOT NULL,
  nonce bytea NOT NULL,
  ciphertext bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, server_id, name, host),
  FOREIGN KEY (tenant_id, server_id) REFERENCES servers (tenant_id, id) ON DELETE CASCADE
);

-- Names no foreign key but the tenant: an event outlives what it tells about.
CREATE TABLE audit_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id uuid NOT NULL REFERENCES tenants,
  at timestamptz NOT NULL DEFAULT now(),
  subject text NOT NULL,
  action text NOT NULL,
  server_id uuid,
  details json NOT NULL
);
CREATE INDEX audit_events_tenant ON audit_events (tenant_id, id);

GRANT SELECT ON tenants TO mcpwright_tenant;
GRANT SELECT, INSERT ON audit_events TO mcpwright_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON servers, source_texts, sources, tools, resources, prompts, credentials, connections, builds, build_files,
     deployments, secrets
  TO mcpwright_tenant;

DO $$
DECLARE
  table_name text;
BEGIN
  FOR table_name IN
    SELECT c.table_name FROM information_schema.columns c
    WHERE c.table_schema = 'mcpwright' AND c.column_name = 'tenant_id'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', table_name);
    EXECUTE format(
      'CREATE POLICY own_rows ON %I TO mcpwright_tenant USING (tenant_id = current_tenant()) '
      'WITH CHECK (tenant_id = current_tenant())', table_name);
  END LOOP;
END
$$;
