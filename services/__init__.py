"""Three tiny services deployed next to the notes application, by the same image and the same gunicorn settings."""
