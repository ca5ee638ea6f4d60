"""What every service of the image shares: gunicorn's settings, the edge of each request, logs and metrics."""
