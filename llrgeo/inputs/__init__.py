"""Files and downloads, read into checked tables that know their source."""
