"""The load: what its users do, how it rises and falls, and a generator on Locust that is honest about both.

What a plan is (`plan`, `shapes`, `thresholds`) and what a run leaves behind (`records`, `limits`) needs only the
standard library, and ops reads it too. The rest runs inside Locust's own process.
"""
