"""Maps for print: A4 and A3, as SVG and PNG."""
