"""The autoscaler under load: what was recorded of it, its timeline, the verdict, and what to look at when it is bad."""
