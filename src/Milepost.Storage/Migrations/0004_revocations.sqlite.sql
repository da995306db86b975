-- Whose tokens, issued up to when, no longer count. Times are UTC ticks. place only orders the list: it is never a position to read from.
CREATE TABLE revocations (
    place INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    before INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT
);
CREATE INDEX revocations_by_tenant ON revocations (tenant, place);
CREATE INDEX revocations_by_time ON revocations (at);
