-- What waits to go out. The body is what was planned and never changes; the columns are where it stands (the states: DeliveryState).
CREATE TABLE deliveries (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    state INTEGER NOT NULL,
    due INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    unknowns INTEGER NOT NULL DEFAULT 0,
    token INTEGER NOT NULL DEFAULT 0,
    owner TEXT,
    leased_until INTEGER,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

-- Each index holds only rows that are on their way: what is done costs nothing.
CREATE INDEX deliveries_queued ON deliveries (tenant, due, id) WHERE state = 0;
CREATE INDEX deliveries_waiting ON deliveries (expires) WHERE state IN (0, 1);
CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE state IN (1, 2);

CREATE TABLE delivery_attempts (
    tenant TEXT NOT NULL,
    delivery TEXT NOT NULL,
    number INTEGER NOT NULL,
    owner TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    outcome INTEGER,
    answer TEXT,
    PRIMARY KEY (tenant, delivery, number)
) WITHOUT ROWID;

-- What would have been sent, had a provider been configured; the newest only.
CREATE TABLE outbox (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    delivery TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    address TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at INTEGER NOT NULL
);
CREATE INDEX outbox_by_tenant ON outbox (tenant, place);
