-- Where nothing is sent any more. The address stands here as a keyed hash and masked, so that an erased customer leaves no address. Times are
-- UTC ticks. place only orders the list.
CREATE TABLE suppressions (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    hash BLOB NOT NULL,
    channel INTEGER NOT NULL,
    masked TEXT NOT NULL,
    reason INTEGER NOT NULL,
    detail TEXT,
    since INTEGER NOT NULL
);
CREATE UNIQUE INDEX suppressions_by_hash ON suppressions (tenant, hash);
CREATE INDEX suppressions_by_tenant ON suppressions (tenant, place);

-- The data set's part of the key of those hashes: it must stay as long as they do.
INSERT INTO meta (key, value) VALUES ('address_key', lower(hex(randomblob(32))));
