#include "mnn/layouts.h"

#include "MNN_generated.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>

namespace mkb::runner {

namespace {

using MNN::OpType;

constexpr OpType kPacked[] = {MNN::OpType_Convolution,
                              MNN::OpType_ConvolutionDepthwise,
                              MNN::OpType_Convolution3D,
                              MNN::OpType_Deconvolution,
                              MNN::OpType_DeconvolutionDepthwise,
                              MNN::OpType_Pooling,
                              MNN::OpType_Pooling3D,
                              MNN::OpType_Scale,
                              MNN::OpType_PReLU,
                              MNN::OpType_Interp,
                              MNN::OpType_ROIAlign,
                              MNN::OpType_GridSample,
                              MNN::OpType_LRN};

bool needs_conversion(const MNN::Express::EXPRP& expression) {
    const MNN::Op* op = expression->get();
    if (op == nullptr || std::find(std::begin(kPacked), std::end(kPacked), op->type()) == std::end(kPacked) ||
        expression->inputs().empty()) {
        return false;
    }
    const auto* info = expression->inputs().front()->getInfo();
    return info != nullptr && info->order == MNN::Express::NCHW;
}

int new_tensor(MNN::NetT& net) {
    net.tensorName.push_back("converted" + std::to_string(net.tensorName.size()));
    return static_cast<int>(net.tensorName.size()) - 1;
}

std::unique_ptr<MNN::OpT> convert(int from, int to, MNN::MNN_DATA_FORMAT source, MNN::MNN_DATA_FORMAT dest) {
    std::unique_ptr<MNN::OpT> op(new MNN::OpT);
    op->type = MNN::OpType_ConvertTensor;
    op->main.type = MNN::OpParameter_TensorConvertInfo;
    auto* info = new MNN::TensorConvertInfoT; // the union owns it
    op->main.value = info;
    info->source = source;
    info->dest = dest;
    op->inputIndexes = {from};
    op->outputIndexes = {to};
    return op;
}

} // namespace

void add_layout_conversions(const std::vector<MNN::Express::EXPRP>& order, MNN::NetT& net) {
    std::vector<std::unique_ptr<MNN::OpT>> all;
    for (std::size_t i = 0; i < order.size(); ++i) {
        std::unique_ptr<MNN::OpT> op = std::move(net.oplists[i]);
        if (!needs_conversion(order[i])) {
            all.push_back(std::move(op));
            continue;
        }
        const int packed = new_tensor(net);
        all.push_back(convert(op->inputIndexes[0], packed, MNN::MNN_DATA_FORMAT_NCHW, MNN::MNN_DATA_FORMAT_NC4HW4));
        op->inputIndexes[0] = packed;
        std::vector<std::unique_ptr<MNN::OpT>> after;
        for (int& output : op->outputIndexes) {
            const int result = new_tensor(net);
            after.push_back(convert(result, output, MNN::MNN_DATA_FORMAT_NC4HW4, MNN::MNN_DATA_FORMAT_NCHW));
            output = result;
        }
        all.push_back(std::move(op));
        std::move(after.begin(), after.end(), std::back_inserter(all));
    }
    net.oplists = std::move(all);
}

} // namespace mkb::runner
