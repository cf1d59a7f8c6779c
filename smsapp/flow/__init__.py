"""What is asked and what answers mean: values in, values out, no I/O."""
