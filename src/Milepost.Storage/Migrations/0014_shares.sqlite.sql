-- Links by which guests follow one order. hash: of the secret in the link, which is not kept. Times are UTC ticks. place only orders the list.
CREATE TABLE shares (
    place INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    hash BLOB NOT NULL,
    name TEXT,
    created_at INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    last_used_at INTEGER,
    uses INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX shares_by_id ON shares (tenant, id);
CREATE UNIQUE INDEX shares_by_hash ON shares (hash);
CREATE INDEX shares_by_order ON shares (tenant, order_id, place);
CREATE INDEX shares_over ON shares (expires_at);
