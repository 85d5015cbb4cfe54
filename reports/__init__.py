"""What people read: the report that crosses the wall, made from an allow-list and read back before release."""
