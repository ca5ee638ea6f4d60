"""What drives the project: the code behind tasks.py. Never imports `notes`; speaks to it by environment and HTTP."""
