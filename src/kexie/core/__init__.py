"""Core: audit, periods, file store, the registries for menu, desk and URLs. It knows no room above it."""
