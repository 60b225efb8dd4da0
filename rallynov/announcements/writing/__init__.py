"""Writing an announcement in conversation, until it is given to be read by another person. Pure."""
