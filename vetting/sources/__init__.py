"""The lawful public doors: one file per source behind one interface, and the capture of every exchange."""
