-- What a tenant has set up: a JSON document with the number of its changes. updated is UTC ticks by the clock of the node that wrote.
CREATE TABLE tenants (
    tenant text COLLATE "C" NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    body bytea NOT NULL,
    updated bigint NOT NULL
);
CREATE INDEX tenants_by_time ON tenants (updated);
SELECT milepost_guard('tenants');
