"""What whoever writes an announcement is shown. Pure."""
