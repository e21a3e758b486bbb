-- What a version consists of: digests by name to tell versions apart, and the hosts and credentials that it was
-- built for, so that an earlier version comes back with its own. Null for versions from before.
ALTER TABLE builds ADD COLUMN contents json;
