// Names the crate that carries MNN's sources; nothing here is compiled.
