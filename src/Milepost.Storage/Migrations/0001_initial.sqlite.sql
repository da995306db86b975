-- Times are UTC ticks (100 ns since 0001-01-01). Bodies are UTF-8 JSON.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- An event is (tenant, source, id), for ever: the unique index is what makes a repeat harmless.
CREATE TABLE events (
    place INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX events_by_identity ON events (tenant, source, id);
CREATE INDEX events_by_subject ON events (tenant, subject);

CREATE TABLE orders (
    place INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    customer TEXT,
    status INTEGER NOT NULL,
    active INTEGER NOT NULL,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX orders_by_id ON orders (tenant, id);
CREATE INDEX orders_by_customer ON orders (tenant, customer, place);

CREATE TABLE customers (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

-- place is the offset of the notification's entry in the customer's stream: the order in which they came about. It is part of the id.
CREATE TABLE notifications (
    tenant TEXT NOT NULL,
    customer TEXT NOT NULL,
    place INTEGER NOT NULL,
    category INTEGER NOT NULL,
    read_at INTEGER,
    archived_at INTEGER,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant, customer, place)
) WITHOUT ROWID;

-- The counter row of each stream: offsets are taken here and nowhere else. A customer's stream also counts the inbox, which changes with it.
CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    label TEXT NOT NULL,
    head INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    first INTEGER NOT NULL DEFAULT 1,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX streams_by_label ON streams (tenant, label);

CREATE TABLE entries (
    stream INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    time INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (stream, offset)
) WITHOUT ROWID;
