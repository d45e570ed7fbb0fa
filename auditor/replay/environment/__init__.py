"""From captured distributions to the image that has them."""
