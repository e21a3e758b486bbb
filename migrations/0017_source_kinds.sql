-- The types of the code hold it; each importer brings a kind of its own.
ALTER TABLE sources DROP CONSTRAINT sources_kind_check;
