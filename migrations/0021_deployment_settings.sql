-- What a person chose for a deployment, and what its target has made and needs to know again: names, ids, versions.
-- Neither holds a secret. `open_approval` is the digest of what a person agreed may be open to everybody.
ALTER TABLE deployments
  ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN state jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN open_approval text;

-- A slug is part of a local address, and of a name elsewhere: each place has its own.
ALTER TABLE deployments DROP CONSTRAINT deployments_slug;
ALTER TABLE deployments ADD CONSTRAINT deployments_slug UNIQUE (target, slug);
