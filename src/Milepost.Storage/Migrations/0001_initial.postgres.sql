-- Times are UTC ticks (100 ns since 0001-01-01), as in SQLite: timestamptz would drop the last digit. Bodies are UTF-8 JSON, kept to the byte.
-- Names are compared by their bytes: "C" on every text column.

CREATE TABLE meta (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

-- The second wall between tenants (the first one is the WHERE of each statement): a transaction sees the tenants that it names, and without a name
-- nothing. '*' stands for all of them: passes over the whole installation say it, requests never do. FORCE binds the owner of the tables too.
CREATE FUNCTION milepost_guard(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', guarded);
    -- The sub-selects are evaluated once for a statement, not once for a row.
    EXECUTE format($policy$
        CREATE POLICY tenants ON %s USING (
            (SELECT current_setting('milepost.tenants', true) = '*')
            OR tenant = ANY ((SELECT string_to_array(current_setting('milepost.tenants', true), ','))::text[]))
        $policy$, guarded);
END
$$;

-- An event is (tenant, source, id), for ever: the unique index is what makes a repeat harmless.
CREATE TABLE events (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    body bytea NOT NULL
);
CREATE UNIQUE INDEX events_by_identity ON events (tenant, source, id);
CREATE INDEX events_by_subject ON events (tenant, subject);
SELECT milepost_guard('events');

CREATE TABLE orders (
    place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    customer text COLLATE "C",
    status integer NOT NULL,
    active boolean NOT NULL,
    body bytea NOT NULL
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX orders_by_id ON orders (tenant, id);
CREATE INDEX orders_by_customer ON orders (tenant, customer, place);
CREATE INDEX orders_by_place ON orders (tenant, place);
SELECT milepost_guard('orders');

CREATE TABLE customers (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (tenant, id)
);
SELECT milepost_guard('customers');

-- The counter row of each stream: offsets are taken here and nowhere else, under its lock. It is also the lock of the order, or of the customer and the
-- inbox, whose counts it keeps. Rows are never deleted. Room is left in the pages: it is the row that changes most.
CREATE TABLE streams (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    label text COLLATE "C" NOT NULL,
    head bigint NOT NULL DEFAULT 0,
    fingerprint bigint NOT NULL DEFAULT 0,
    first bigint NOT NULL DEFAULT 1,
    acknowledged bigint NOT NULL DEFAULT 0,
    unread integer NOT NULL DEFAULT 0,
    total integer NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX streams_by_label ON streams (tenant, label);
SELECT milepost_guard('streams');

-- What grows with time lies in partitions of a week, which are made ahead and dropped whole. The default partition takes what finds none: a missing
-- partition must not refuse an event. A primary key has to hold the partition key; that offsets are unique is the doing of the counter row.

-- place is the offset of the notification's entry in the customer's stream: the order in which they came about. It is part of the id.
CREATE TABLE notifications (
    tenant text COLLATE "C" NOT NULL,
    customer text COLLATE "C" NOT NULL,
    place bigint NOT NULL,
    time bigint NOT NULL,
    category integer NOT NULL,
    read_at bigint,
    archived_at bigint,
    body bytea NOT NULL,
    PRIMARY KEY (tenant, customer, place, time)
) PARTITION BY RANGE (time);
SELECT milepost_guard('notifications');
CREATE TABLE notifications_default PARTITION OF notifications DEFAULT;
SELECT milepost_guard('notifications_default');

CREATE TABLE entries (
    tenant text COLLATE "C" NOT NULL,
    stream bigint NOT NULL,
    "offset" bigint NOT NULL,
    time bigint NOT NULL,
    fingerprint bigint NOT NULL,
    type text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (stream, "offset", time)
) PARTITION BY RANGE (time);
SELECT milepost_guard('entries');
CREATE TABLE entries_default PARTITION OF entries DEFAULT;
SELECT milepost_guard('entries_default');
