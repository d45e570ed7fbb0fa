"""The part of the recorder that lives inside each observed Python process."""
