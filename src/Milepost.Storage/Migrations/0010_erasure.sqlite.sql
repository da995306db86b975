-- Erasing a customer has to find everything of theirs. customer: whom an event of an order names, whose a delivery is.
ALTER TABLE events ADD COLUMN customer TEXT;
UPDATE events SET customer = json_extract(CAST(body AS TEXT), '$.customer.id') WHERE subject LIKE 'order:%';
CREATE INDEX events_by_customer ON events (tenant, customer) WHERE customer IS NOT NULL;

-- erased: nothing may be kept any more of what is still being sent.
ALTER TABLE deliveries ADD COLUMN customer TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
UPDATE deliveries SET customer = json_extract(CAST(body AS TEXT), '$.customerId');
CREATE INDEX deliveries_by_customer ON deliveries (tenant, customer);
CREATE INDEX deliveries_over ON deliveries (tenant, expires) WHERE state NOT IN (0, 1, 2);
CREATE INDEX outbox_by_delivery ON outbox (tenant, delivery);
CREATE INDEX devices_by_customer ON devices (tenant, customer);
