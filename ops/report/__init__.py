"""What every report is made of: one page that fetches nothing, and plots drawn without a browser."""
