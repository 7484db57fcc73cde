#pragma once
// Everything that one onCompute of a geometry computer emitted, and whether it may run. Pure: made from the framework's
// structures by mnn/read_emission, checked here, before the framework fuses or executes any of it.
#include "loops.h"

namespace mkb::runner {

struct EmittedTensor {
    enum class Kind : std::uint8_t {
        input,     ///< of the operator
        constant,  ///< has contents already
        plain,     ///< memory that commands fill
        assembled, ///< filled by its regions when somebody first reads it; the framework calls it virtual
    };
    std::string name; ///< "input 0", "output 0", "extra 3", "constant 1"
    Kind kind = Kind::plain;
    std::int64_t elements = 0;
    std::vector<Region> regions; ///< of an assembled one
};

struct EmittedCommand {
    std::string operation; ///< operator type, in the framework's name
    std::vector<int> inputs, outputs;
    std::vector<std::int64_t> expected; ///< elements of each output, as the framework infers it; empty: not known
    std::optional<Loop> loop;           ///< of a While
};

struct Emission {
    std::vector<EmittedTensor> tensors;
    std::vector<EmittedCommand> commands; ///< in the order in which they will run
    std::vector<int> results;             ///< numbers of the operator's outputs
};

struct EmissionRules {
    std::string target;                ///< operator type that the candidate replaces
    std::vector<std::string> may_emit; ///< operator types; "Raster" stands for regions
    bool zero_fill = false;            ///< what no region writes may be left to be filled with zeros
};

struct EmissionFault {
    enum class Kind : std::uint8_t {
        nothing,   ///< neither a command nor a region
        target,    ///< emits the operator that it replaces
        unlisted,  ///< emits an operator that the task does not list
        execution, ///< emits a command with an execution of its own
        invalid,   ///< would read or write where it must not, or leaves out a result
    };
    Kind kind = Kind::invalid;
    std::string text; ///< one line that names command, tensor, region
};

/// The first fault, or nothing: it may run. In this order: nothing emitted; operators; regions and loops; tensors
/// assembled out of themselves; tensors read before anything has written them, results that nothing writes.
std::optional<EmissionFault> check_emission(const Emission& emission, const EmissionRules& rules);

/// Whether some assembled tensor is left to be filled with zeros in part.
bool leaves_zeros(const Emission& emission);

/// What of an emission must be seen when the session runs: the types of its commands, and whether its results are
/// assembled.
struct ExpectedRun {
    std::vector<std::string> operations;
    bool assembles = false;
};
ExpectedRun expected_run(const Emission& emission);

/// Empty when `executed`, the operator types of one run in order, holds the commands in their order, and a Raster if
/// results are assembled. Rasters in between say nothing: the framework fuses regions and drops what nobody reads.
/// Otherwise the first that is missing.
std::string missing_from(const std::vector<std::string>& executed, const std::vector<ExpectedRun>& expected);

} // namespace mkb::runner
