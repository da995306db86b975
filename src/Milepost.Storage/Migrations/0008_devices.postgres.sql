-- Which customer an address of a device belongs to (customers.body has the device itself), so that a browser's subscription can move to whoever is
-- logged in now. address is a hash: who knows a push address can nearly push.
CREATE TABLE devices (
    tenant text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    customer text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, address)
);
SELECT milepost_guard('devices');
