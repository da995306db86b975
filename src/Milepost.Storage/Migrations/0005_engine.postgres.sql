-- lane: the queue a delivery waits in (DeliveryLane). topic: deliveries about the same thing on the same way. place: the notification's place in
-- the customer's stream. reason: what holds or stopped it. notes: how many there are.
ALTER TABLE deliveries
    ADD COLUMN lane integer NOT NULL DEFAULT 0,
    ADD COLUMN topic text COLLATE "C",
    ADD COLUMN place bigint NOT NULL DEFAULT 0,
    ADD COLUMN reason text COLLATE "C",
    ADD COLUMN notes integer NOT NULL DEFAULT 0;

DROP INDEX deliveries_queued;
CREATE INDEX deliveries_queued ON deliveries (lane, tenant, due, id) WHERE state = 0;
CREATE INDEX deliveries_by_topic ON deliveries (tenant, topic, place) WHERE topic IS NOT NULL;
CREATE INDEX deliveries_held ON deliveries (reason) WHERE state = 0 AND reason IS NOT NULL;

CREATE TABLE delivery_notes (
    tenant text COLLATE "C" NOT NULL,
    delivery text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    at bigint NOT NULL,
    code text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (tenant, delivery, number)
);
SELECT milepost_guard('delivery_notes');

-- What was decided for each channel when the notification was made, as JSON.
ALTER TABLE notifications ADD COLUMN plan bytea;

-- What has gone out lately. A bucket (period 0) keeps the time up to which it is used; a count keeps how much of its period is.
CREATE TABLE delivery_limits (
    tenant text COLLATE "C" NOT NULL,
    scope text COLLATE "C" NOT NULL,
    period bigint NOT NULL,
    value bigint NOT NULL,
    ends bigint NOT NULL,
    PRIMARY KEY (tenant, scope, period)
) WITH (fillfactor = 70);
CREATE INDEX delivery_limits_ended ON delivery_limits (ends);
SELECT milepost_guard('delivery_limits');
