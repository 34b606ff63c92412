"""The toolbox under every desk: tenancy, events, jobs, errors, clock, live pages and page bases."""
