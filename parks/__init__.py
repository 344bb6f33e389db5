"""Parks: planning the space and the tenants of an industrial-park district."""
