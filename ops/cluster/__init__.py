"""The kind cluster: what it is made of (place), whether it can be (checks), its nodes, images, registry and add-ons."""
