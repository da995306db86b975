-- driver: who has the order, as long as it is active. watch_at: when the silence watch looks at it next; null: there is nothing to watch. The others
-- are what the report on promises reads: when it was delivered, and what had been promised.
ALTER TABLE orders ADD COLUMN driver TEXT;
ALTER TABLE orders ADD COLUMN watch_at INTEGER;
ALTER TABLE orders ADD COLUMN delivered_at INTEGER;
ALTER TABLE orders ADD COLUMN promised_from INTEGER;
ALTER TABLE orders ADD COLUMN promised_at INTEGER;
ALTER TABLE orders ADD COLUMN promised_to INTEGER;
-- flags: which of the exceptions hold (OrderExceptions), 0: none.
ALTER TABLE orders ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
UPDATE orders SET driver = json_extract(CAST(body AS TEXT), '$.driver.id') WHERE active = 1;
CREATE INDEX orders_by_driver ON orders (tenant, driver, place) WHERE driver IS NOT NULL;
CREATE INDEX orders_to_watch ON orders (watch_at) WHERE watch_at IS NOT NULL;
CREATE INDEX orders_delivered ON orders (tenant, delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX orders_flagged ON orders (tenant, place) WHERE flags <> 0;

-- The tracker's own state; a write names the version that it has read.
CREATE TABLE driver_tracks (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    last_fix_at INTEGER,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

CREATE TABLE order_tracks (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    last_fix_at INTEGER,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant, id)
) WITHOUT ROWID;

-- Where drivers were, thinned. order_id: '' for none.
CREATE TABLE fix_history (
    tenant TEXT NOT NULL,
    driver TEXT NOT NULL,
    time INTEGER NOT NULL,
    order_id TEXT NOT NULL,
    received INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    accuracy REAL,
    heading REAL,
    speed REAL,
    PRIMARY KEY (tenant, driver, time, order_id)
) WITHOUT ROWID;
CREATE INDEX fix_history_by_order ON fix_history (tenant, order_id, time);
CREATE INDEX fix_history_by_time ON fix_history (tenant, time);

-- Every estimate of when an order arrives, as JSON.
CREATE TABLE eta_revisions (
    tenant TEXT NOT NULL,
    order_id TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    shown INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant, order_id, made_at)
) WITHOUT ROWID;
CREATE INDEX eta_revisions_by_time ON eta_revisions (tenant, made_at);
