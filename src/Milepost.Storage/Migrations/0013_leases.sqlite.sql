-- Work that one node of the installation does at a time. token rises each time it changes hands; until is UTC ticks, 0 when it was given back.
-- payload is what the next holder needs.
CREATE TABLE leases (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    holder TEXT NOT NULL,
    token INTEGER NOT NULL,
    until INTEGER NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
) WITHOUT ROWID;
