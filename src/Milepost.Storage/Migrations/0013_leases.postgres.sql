-- Work that one node of the installation does at a time. token rises each time it changes hands; until is UTC ticks by the server's clock, 0 when
-- it was given back. payload is what the next holder needs.
CREATE TABLE leases (
    tenant text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    holder text COLLATE "C" NOT NULL,
    token bigint NOT NULL,
    until bigint NOT NULL,
    payload text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, name)
);
SELECT milepost_guard('leases');
