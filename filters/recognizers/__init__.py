"""One file per protected class or proxy; `registry` brings them together."""
