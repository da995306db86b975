-- Where nothing is sent any more. The address stands here as a keyed hash and masked, so that an erased customer leaves no address. Times are
-- UTC ticks. place only orders the list.
CREATE TABLE suppressions (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    channel integer NOT NULL,
    masked text NOT NULL,
    reason integer NOT NULL,
    detail text,
    since bigint NOT NULL
);
CREATE UNIQUE INDEX suppressions_by_hash ON suppressions (tenant, hash);
CREATE INDEX suppressions_by_tenant ON suppressions (tenant, place);
SELECT milepost_guard('suppressions');

-- The data set's part of the key of those hashes: it must stay as long as they do. Each half has 122 random bits.
INSERT INTO meta (key, value) VALUES ('address_key', replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''));
