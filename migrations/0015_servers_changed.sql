-- Whoever shows a list of servers hears when it is no longer right. The payload is the tenant.
CREATE FUNCTION tell_servers_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('mcpwright_servers', coalesce(NEW.tenant_id, OLD.tenant_id)::text);
  RETURN NULL;
END
$$;
CREATE TRIGGER servers_changed AFTER INSERT OR DELETE OR UPDATE OF name, description, status, deleted_at ON servers
  FOR EACH ROW EXECUTE FUNCTION tell_servers_changed();
