-- What a person chose for a deployment, and what its target has made and needs to know again: names, ids, versions.
-- Neither holds a secret.
ALTER TABLE deployments ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
ALTER TABLE deployments ADD COLUMN state jsonb NOT NULL DEFAULT '{}';
