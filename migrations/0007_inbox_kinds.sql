-- The kinds of what waits for a person are held by the types of the code: a new one needs no migration.
ALTER TABLE inbox_items DROP CONSTRAINT inbox_items_kind_check;
