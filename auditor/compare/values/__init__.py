"""What differs between two values: numbers, arrays, trees, tables and text."""
