-- Whose tokens, issued up to when, no longer count. place only orders the list: it is never a position to read from.
CREATE TABLE revocations (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    before bigint NOT NULL,
    at bigint NOT NULL,
    reason text COLLATE "C"
);
CREATE INDEX revocations_by_tenant ON revocations (tenant, place);
CREATE INDEX revocations_by_time ON revocations (at);
SELECT milepost_guard('revocations');
