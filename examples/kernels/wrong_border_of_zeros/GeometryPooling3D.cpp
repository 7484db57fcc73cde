// The border along the depth is filled with zeros, which are larger than any negative value beside them.
#include "core/OpCommonUtils.hpp"
#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"
#include "geometry/GeometryComputerUtils.hpp"

#include <memory>
#include <vector>

namespace MNN {

namespace {

// A pooling of planes, [1, planes, height, width], as the framework's own 2-D operator.
struct Pooling {
    int kernelHeight, kernelWidth, strideHeight, strideWidth, padHeight, padWidth;
};

std::shared_ptr<Command> maxPool(const Pooling& p, Tensor* from, Tensor* to) {
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(GeometryComputerUtils::makePool(builder, {p.kernelWidth, p.kernelHeight},
                                                   {p.strideWidth, p.strideHeight}, PoolType_MAXPOOL, PoolPadType_CAFFE,
                                                   {p.padWidth, p.padHeight}, false));
    return GeometryComputerUtils::makeCommand(builder, {from}, {to});
}

// Regions count elements in the plain order; the framework packs channels where an operator wants that.
void assemble(Tensor* tensor, const std::vector<Tensor::InsideDescribe::Region>& regions) {
    auto description = TensorUtils::getDescribe(tensor);
    description->dimensionFormat = MNN_DATA_FORMAT_NC4HW4;
    description->memoryType = Tensor::InsideDescribe::MEMORY_VIRTUAL;
    description->regions = regions;
}

} // namespace

class GeometryPooling3D : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        const auto pool = op->main_as_Pool3D();
        Tensor* x = inputs[0]; // [1, channels, depth, height, width]
        if (pool->type() != PoolType_MAXPOOL || pool->isGlobal() || x->length(0) != 1) {
            return false;
        }
        const int channels = x->length(1);
        const int depth = x->length(2);
        const int height = x->length(3);
        const int width = x->length(4);
        const int outDepth = outputs[0]->length(2);
        const int outHeight = outputs[0]->length(3);
        const int outWidth = outputs[0]->length(4);
        const auto kernel = pool->kernels()->data();
        const auto stride = pool->strides()->data();
        const auto pad = pool->pads()->data();
        auto make = [&](int planes, int rows, int columns) {
            std::shared_ptr<Tensor> tensor(Tensor::createDevice<float>({1, planes, rows, columns}));
            TensorUtils::getDescribe(tensor.get())->dimensionFormat = MNN_DATA_FORMAT_NC4HW4;
            res.extras.emplace_back(tensor);
            return tensor.get();
        };
        const int area = height * width;
        const int padded = depth + 2 * pad[0];
        auto zero = context.allocConst(op, {1}, halide_type_of<float>());
        zero->host<float>()[0] = 0;
        auto block = [&](Tensor* from, int first, int count, bool same) {
            Tensor::InsideDescribe::Region region;
            region.origin = from;
            region.size[0] = channels;
            region.size[1] = count;
            region.size[2] = area;
            region.src.offset = 0;
            region.src.stride[0] = same ? 0 : depth * area;
            region.src.stride[1] = same ? 0 : area;
            region.src.stride[2] = same ? 0 : 1;
            region.dst.offset = first * area;
            region.dst.stride[0] = padded * area;
            region.dst.stride[1] = area;
            region.dst.stride[2] = 1;
            return region;
        };
        Tensor* deep = make(channels, padded, area);
        assemble(deep, {block(zero.get(), 0, pad[0], true), block(x, pad[0], depth, false),
                        block(zero.get(), pad[0] + depth, pad[0], true)});
        Tensor* shallow = make(channels, outDepth, height * width);
        res.command.emplace_back(maxPool({kernel[0], 1, stride[0], 1, 0, 0}, deep, shallow));
        // The same elements in the same order: a plane for each channel and depth that is left.
        Tensor* planes = make(channels * outDepth, height, width);
        assemble(planes, {GeometryComputerUtils::makeRawAddressRef(shallow, 0, channels * outDepth * height * width)});
        Tensor* small = make(channels * outDepth, outHeight, outWidth);
        res.command.emplace_back(maxPool({kernel[1], kernel[2], stride[1], stride[2], pad[1], pad[2]}, planes, small));
        assemble(outputs[0],
                 {GeometryComputerUtils::makeRawAddressRef(small, 0, channels * outDepth * outHeight * outWidth)});
        return true;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryPooling3D);
    GeometryComputer::registerGeometryComputer(comp, {OpType_Pooling3D});
}

REGISTER_GEOMETRY(GeometryPooling3D, _create);

} // namespace MNN
