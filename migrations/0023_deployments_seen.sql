-- What was found of a deployment when its place was last asked, where that is another than the daemon itself.
ALTER TABLE deployments ADD COLUMN seen jsonb;
