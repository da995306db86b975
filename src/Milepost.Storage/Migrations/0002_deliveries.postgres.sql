-- The server's clock in ticks. Leases of all nodes are measured by it, whatever the nodes' own clocks say. Like all that is read of a
-- statement, it stands still while the statement runs, so that an index can be asked with it.
CREATE FUNCTION milepost_now() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT 621355968000000000 + (extract(epoch FROM statement_timestamp()) * 10000000)::bigint
$$;

-- What waits to go out. The body is what was planned and never changes; the columns are where it stands (the states: DeliveryState).
CREATE TABLE deliveries (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    state integer NOT NULL,
    due bigint NOT NULL,
    expires bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    unknowns integer NOT NULL DEFAULT 0,
    token bigint NOT NULL DEFAULT 0,
    owner text COLLATE "C",
    leased_until bigint,
    body bytea NOT NULL,
    PRIMARY KEY (tenant, id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);

-- Each index holds only rows that are on their way: what is done costs nothing.
CREATE INDEX deliveries_queued ON deliveries (tenant, due, id) WHERE state = 0;
CREATE INDEX deliveries_waiting ON deliveries (expires) WHERE state IN (0, 1);
CREATE INDEX deliveries_leased ON deliveries (leased_until) WHERE state IN (1, 2);
SELECT milepost_guard('deliveries');

CREATE TABLE delivery_attempts (
    tenant text COLLATE "C" NOT NULL,
    delivery text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    owner text COLLATE "C" NOT NULL,
    started bigint NOT NULL,
    finished bigint,
    outcome integer,
    answer text,
    PRIMARY KEY (tenant, delivery, number)
);
SELECT milepost_guard('delivery_attempts');

-- What would have been sent, had a provider been configured; the newest only.
CREATE TABLE outbox (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    delivery text COLLATE "C" NOT NULL,
    attempt integer NOT NULL,
    channel integer NOT NULL,
    address text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    sent_at bigint NOT NULL
);
CREATE INDEX outbox_by_tenant ON outbox (tenant, place);
SELECT milepost_guard('outbox');
