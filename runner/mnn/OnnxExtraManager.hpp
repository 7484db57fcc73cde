// How a transform of the framework's converter is written and registered, for candidates of the composite form: the
// same names as in the converter, which the framework's package lacks. A transform turns one ONNX node, given as an
// expression of type Extra, into an expression of the framework's operators. C++11, because candidates are.
#pragma once
#include <MNN/expr/Expr.hpp>

#include <map>
#include <memory>
#include <string>

namespace MNN {
namespace Express {

class OnnxExtraManager {
public:
    class Transform {
    public:
        virtual ~Transform() = default;
        /// `expr`: `expr->get()->main_as_Extra()` has the node's type and attributes, `expr->inputs()` its operands:
        /// placeholders for the task's inputs, constants for its constants. Returns an expression with as many outputs
        /// as the node; nullptr declines.
        virtual EXPRP onExecute(EXPRP expr) const = 0;
    };
    typedef std::map<std::string, std::shared_ptr<Transform>> Transforms;

    static OnnxExtraManager* get() {
        static OnnxExtraManager manager;
        return &manager;
    }
    /// As in the converter: the first transform of a name wins.
    void insert(const std::string& name, std::shared_ptr<Transform> transform) {
        transforms_.insert(std::make_pair(name, std::move(transform)));
    }
    std::shared_ptr<Transform> find(const std::string& name) const {
        const Transforms::const_iterator found = transforms_.find(name);
        return found == transforms_.end() ? std::shared_ptr<Transform>() : found->second;
    }
    const Transforms& transforms() const { return transforms_; }

private:
    Transforms transforms_;
};

} // namespace Express
} // namespace MNN
