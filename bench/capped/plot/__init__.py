"""Pictures of results: drawn once, as SVG for the page and as PNG for print. See decision 16."""
