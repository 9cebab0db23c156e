"""New studies: from a template, or whole from official data."""
