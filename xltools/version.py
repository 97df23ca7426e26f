"""The version of xltools, which pyproject.toml reads here: asking the installation for it costs 20 ms."""

VERSION = "0.1.0"
