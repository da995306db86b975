-- Links by which guests follow one order. hash: of the secret in the link, which is not kept. place only orders the list.
CREATE TABLE shares (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    hash bytea NOT NULL,
    name text COLLATE "C",
    created_at bigint NOT NULL,
    created_by text COLLATE "C" NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint,
    last_used_at bigint,
    uses bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX shares_by_id ON shares (tenant, id);
CREATE UNIQUE INDEX shares_by_hash ON shares (hash);
CREATE INDEX shares_by_order ON shares (tenant, order_id, place);
CREATE INDEX shares_over ON shares (expires_at);
SELECT milepost_guard('shares');

-- Who comes with a link knows no tenant. A transaction that names a hash sees the one row with it, and nothing else of anybody's.
CREATE POLICY bearer ON shares FOR SELECT USING (hash = (SELECT decode(current_setting('milepost.share', true), 'hex')));
