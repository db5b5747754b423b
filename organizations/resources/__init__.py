"""The register's own workbooks: their columns, what a row of them says, and the export."""
