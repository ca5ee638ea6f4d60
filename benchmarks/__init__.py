"""The references that `./inv bench` compares the notes application with: floor and stock."""
