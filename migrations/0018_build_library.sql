-- The digest of the runtime library and packages that a build was made with. Builds from before have none.
ALTER TABLE builds ADD COLUMN library text;
