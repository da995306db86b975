SELECT set_config('milepost.tenants', '*', true);

-- driver: who has the order, as long as it is active. watch_at: when the silence watch looks at it next; null: there is nothing to watch. flags: which
-- of the exceptions hold (OrderExceptions), 0: none. The others are what the report on promises reads: when it was delivered, and what had been promised.
ALTER TABLE orders
    ADD COLUMN driver text COLLATE "C",
    ADD COLUMN watch_at bigint,
    ADD COLUMN delivered_at bigint,
    ADD COLUMN promised_from bigint,
    ADD COLUMN promised_at bigint,
    ADD COLUMN promised_to bigint,
    ADD COLUMN flags integer NOT NULL DEFAULT 0;
UPDATE orders SET driver = convert_from(body, 'UTF8')::json #>> '{driver,id}' WHERE active;
CREATE INDEX orders_by_driver ON orders (tenant, driver, place) WHERE driver IS NOT NULL;
CREATE INDEX orders_to_watch ON orders (watch_at) WHERE watch_at IS NOT NULL;
CREATE INDEX orders_delivered ON orders (tenant, delivered_at) WHERE delivered_at IS NOT NULL;
CREATE INDEX orders_flagged ON orders (tenant, place) WHERE flags <> 0;

-- The tracker's own state; a write names the version that it has read. Rows change every few seconds: room is left in the pages.
CREATE TABLE driver_tracks (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    last_fix_at bigint,
    body bytea NOT NULL,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
SELECT milepost_guard('driver_tracks');

CREATE TABLE order_tracks (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    last_fix_at bigint,
    body bytea NOT NULL,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
SELECT milepost_guard('order_tracks');

-- Where drivers were, thinned, in weeks as entries are. order_id: '' for none.
CREATE TABLE fix_history (
    tenant text COLLATE "C" NOT NULL,
    driver text COLLATE "C" NOT NULL,
    time bigint NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    received bigint NOT NULL,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    accuracy double precision,
    heading double precision,
    speed double precision,
    PRIMARY KEY (tenant, driver, time, order_id)
) PARTITION BY RANGE (time);
CREATE INDEX fix_history_by_order ON fix_history (tenant, order_id, time);
CREATE INDEX fix_history_by_time ON fix_history (tenant, time);
SELECT milepost_guard('fix_history');
CREATE TABLE fix_history_default PARTITION OF fix_history DEFAULT;
SELECT milepost_guard('fix_history_default');

-- Every estimate of when an order arrives, as JSON.
CREATE TABLE eta_revisions (
    tenant text COLLATE "C" NOT NULL,
    order_id text COLLATE "C" NOT NULL,
    made_at bigint NOT NULL,
    shown boolean NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (tenant, order_id, made_at)
);
CREATE INDEX eta_revisions_by_time ON eta_revisions (tenant, made_at);
SELECT milepost_guard('eta_revisions');
