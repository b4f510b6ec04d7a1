"""Base templates, components, template tags and static files."""
