-- The tenants' templates with all their versions. A tenant's versions are numbered through over all its templates, so that a number alone
-- names the words. changed: when it was last put in or out of use. Times are UTC ticks.
CREATE TABLE templates (
    tenant TEXT NOT NULL,
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    channel INTEGER NOT NULL,
    locale TEXT NOT NULL,
    source BLOB NOT NULL,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    published INTEGER,
    published_by TEXT,
    retired INTEGER,
    changed INTEGER,
    PRIMARY KEY (tenant, number)
) WITHOUT ROWID;
CREATE INDEX templates_by_name ON templates (tenant, type, channel, locale, number);
CREATE UNIQUE INDEX templates_in_use ON templates (tenant, type, channel, locale) WHERE published IS NOT NULL AND retired IS NULL;
CREATE INDEX templates_changed ON templates (changed) WHERE published IS NOT NULL;
