"""Makes the dataset: PyTorch module -> ONNX model -> framework model -> task.json. A run of mkb never needs it."""
