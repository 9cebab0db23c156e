"""Travel times turned into evidence about options."""
