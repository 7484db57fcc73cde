"""The mismatches of ONNX's node tests that are known, each with its reason (node_tests.py holds the tables to what it
finds). A reason is what native does wrong, with framework 3.6.1; test names are of the pinned onnx."""


def _tests(prefix: str, *names: str) -> tuple[str, ...]:
    return tuple(f"test_{prefix}{name}" for name in names)


NATIVE: dict[str, tuple[str, ...]] = {
    "select_last_index is ignored": (
        *_tests("argmax_", *(names := ("keepdims_example_select_last_index",
                "negative_axis_keepdims_example_select_last_index", "no_keepdims_example_select_last_index"))),
        *_tests("argmin_", *names),
    ),
    "strides that are not written: division by zero, in 3-D a crash; right when they are (in 3-D with pads)": (
        *_tests("averagepool_", "1d_default", "2d_default", "2d_pads", "2d_pads_count_include_pad", "2d_precomputed_pads",
                "2d_precomputed_pads_count_include_pad", "2d_same_upper", "3d_default"),
        *_tests("maxpool_", "1d_default", "2d_default", "2d_pads", "2d_precomputed_pads", "2d_same_upper", "3d_default",
                "with_argmax_2d_precomputed_pads"),
    ),
    "SAME_LOWER: wrong, as without strides a division by zero": _tests("", "averagepool_2d_same_lower", "maxpool_2d_same_lower"),
    "dilations are ignored; in 3-D a crash": (
        *_tests("averagepool_", "2d_dilations", "3d_dilations_small",
                *(f"3d_dilations_large_count_include_pad_is_{pad}_ceil_mode_is_{ceil}" for pad in (0, 1)
                  for ceil in (False, True))),
        *_tests("maxpool_", "2d_dilations", "3d_dilations", "3d_dilations_use_ref_impl",
                "3d_dilations_use_ref_impl_large"),
    ),
    "the output Indices is zeros": _tests("maxpool_with_argmax_2d_", "precomputed_strides"),
    "an epsilon that is not written: wrong; right when it is": _tests("batchnorm_", "example"),
    "training mode: no running mean and variance": _tests("batchnorm_", "epsilon_training_mode", "example_training_mode"),
    "a further trailing dimension in 1-D": _tests("convtranspose_", "1d"),
    "attributes that are not written, in 3-D: no result; right when they are": _tests("convtranspose_", "3d"),
    "the wrong sign after a zero pivot": _tests("det_", "2d"),
    "negative indices are not counted from the end": (
        *_tests("gather_elements_", "negative_indices"), *_tests("scatter_elements_", "with_negative_indices"),
    ),
    "any reduction: wrong": _tests("scatter_elements_", "with_duplicate_indices", "with_reduction_min",
                                       "with_reduction_mul"),
    "floats are compared as integers: wrong where both are negative": _tests("less", "", "_bcast"),
    "direction reverse: wrong": _tests("", "lstm_reverse", "simple_rnn_reverse"),
    "no converter for peepholes": _tests("lstm_", "with_peepholes"),
    "one operand crashes the converter": _tests("max_", "one_input"),
    "fmod=1 with negative operands: the sign of the divisor": _tests("mod_", "mixed_sign_float32"),
    "no converter for mode wrap": _tests("", "wrap_pad"),
    "the operand axes is ignored": _tests("constant_pad_", "axes", "negative_axes"),
    "operands of two types": _tests("pow_types_", "float32_int32", "float32_int64", "int32_float32", "int64_float32"),
    "a tensor without elements": (
        *_tests("reduce_", "l1_empty_set", "l2_empty_set", "log_sum_exp_empty_set", "max_empty_set", "min_empty_set",
                "prod_empty_set", "sum_empty_set", "sum_empty_set_non_reduced_axis_zero"),
        *_tests("", "reshape_allowzero_reordered", "slice_start_out_of_bounds", "split_zero_size_splits_opset13",
                "split_zero_size_splits_opset18"),
    ),
    "axes that are there and empty: the shape of nothing reduced, and wrong values also where noop_with_empty_axes wants "
    "that shape": (
        *_tests("reduce_mean_default_axes_keepdims_", "example", "random"),
        *_tests("reduce_sum_default_axes_keepdims_", "example", "random"),
        *_tests("reduce_sum_empty_axes_input_", "noop", "noop_example"),
    ),
    "mode cubic: wrong upwards with half_pixel, and with exclude_outside": _tests(
        "resize_", "upsample_scales_cubic", "upsample_sizes_cubic", "upsample_scales_cubic_A_n0p5_exclude_outside",
        "downsample_scales_cubic_A_n0p5_exclude_outside"),
    "antialias: wrong": _tests("resize_downsample_", "scales_cubic_antialias", "scales_linear_antialias",
                                   "sizes_cubic_antialias", "sizes_linear_antialias"),
    "half_pixel_symmetric: wrong": _tests(
        "resize_", "downsample_scales_linear_half_pixel_symmetric", "upsample_scales_linear_half_pixel_symmetric"),
    "tf_crop_and_resize: wrong": _tests(
        "resize_tf_crop_and_resize", "", "_axes_2_3", "_axes_3_2", "_extrapolation_value"),
    "the attribute axes: wrong sizes": _tests("resize_upsample_", "scales_nearest_axes_2_3", "scales_nearest_axes_3_2",
                                            "sizes_nearest_axes_3_2"),
    "keep_aspect_ratio_policy is ignored": _tests(
        "resize_", *(f"{way}_sizes_nearest_{policy}" for way in ("downsample", "upsample")
                     for policy in ("not_larger", "not_smaller"))),
    "mode nearest with ceil and round_prefer_ceil: wrong": _tests(
        "resize_upsample_sizes_nearest_", "ceil_half_pixel", "round_prefer_ceil_asymmetric"),
    "mode max: wrong": _tests("roialign_", "mode_max"),
    "half away from zero, not to the even number": _tests("", "round"),
    "uneven parts without split sizes": _tests("split_", "1d_uneven_split_opset18", "2d_uneven_split_opset18"),
}  # fmt: skip

# Not run natively: what they do differs from run to run.
UNSTEADY: dict[str, tuple[str, ...]] = {
    "a vector by a vector: the process aborts when it ends, not always": _tests("matmul_", "1d_1d"),
}

# What ONNX Runtime does otherwise than ONNX's tests say, or not at all.
ORACLE: dict[str, tuple[str, ...]] = {
    "layout 1 is not implemented": _tests("", "lstm_batchwise", "simple_rnn_batchwise"),
    "the type is not implemented": (
        *_tests("", "max_int16", "max_uint16", "pow_types_float32_uint32", "pow_types_float32_uint64", "top_k_uint64"),
        *_tests("reduce_", "max_empty_set_bool"),
    ),
    "floats with fmod=0 are refused": _tests(
        "mod_float", *(f"{bits}_mixed_sign_fmod_0" for bits in (16, 32, 64)),
        *(f"_edge_cases_fmod_0_float{bits}" for bits in (16, 32, 64))),
    "downwards with align_corners: other values": _tests(
        "resize_downsample_scales_", "cubic_align_corners", "linear_align_corners"),
}  # fmt: skip
