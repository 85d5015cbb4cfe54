"""`python -m vetting.cli`: the same as `vetting`."""

from vetting.cli import main

main()
