// Names the crates that carry tree-sitter's C sources and its C++ grammar; nothing here is compiled.
