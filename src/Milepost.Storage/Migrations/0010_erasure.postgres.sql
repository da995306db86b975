SELECT set_config('milepost.tenants', '*', true);

-- Erasing a customer has to find everything of theirs. customer: whom an event of an order names, whose a delivery is.
ALTER TABLE events ADD COLUMN customer text COLLATE "C";
UPDATE events SET customer = convert_from(body, 'UTF8')::json #>> '{customer,id}' WHERE subject LIKE 'order:%';
CREATE INDEX events_by_customer ON events (tenant, customer) WHERE customer IS NOT NULL;

-- erased: nothing may be kept any more of what is still being sent.
ALTER TABLE deliveries
    ADD COLUMN customer text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN erased boolean NOT NULL DEFAULT false;
UPDATE deliveries SET customer = convert_from(body, 'UTF8')::json ->> 'customerId';
CREATE INDEX deliveries_by_customer ON deliveries (tenant, customer);
CREATE INDEX deliveries_over ON deliveries (tenant, expires) WHERE state NOT IN (0, 1, 2);
CREATE INDEX outbox_by_delivery ON outbox (tenant, delivery);
CREATE INDEX devices_by_customer ON devices (tenant, customer);
