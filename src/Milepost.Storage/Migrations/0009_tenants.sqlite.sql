-- What a tenant has set up: a JSON document with the number of its changes. updated is UTC ticks by the clock of the node that wrote.
CREATE TABLE tenants (
    tenant TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    updated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tenants_by_time ON tenants (updated);
