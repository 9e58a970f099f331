-- How often a notice was tried, so that an address which does not take it is asked ever more seldom.
alter table notice add column tries integer default 1;
