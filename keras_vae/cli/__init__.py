"""The command line: arguments in, tables out, no logic of its own."""
