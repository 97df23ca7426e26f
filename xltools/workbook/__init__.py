"""Workbooks as files: open them safely, read them, write into them, save them."""
