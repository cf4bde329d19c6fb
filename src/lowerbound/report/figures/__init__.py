"""Figures: charts as inline SVG whose colours follow the page, pictures as PNG data URIs."""
