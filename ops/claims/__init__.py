"""What the README claims, and what the last runs say of each claim. Nothing here measures."""
