"""What measures the filter and decides nothing: left out of the filter's digest (`filters.analyzer`)."""
