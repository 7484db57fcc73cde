#pragma once
// The composite form on the host: what a child does that expands a node or looks at a graph. Each has the jail of every
// candidate, in the same order (docs/jail.md), and ends when the supervisor says so.
#include "mnn/startup.h"

namespace mkb::runner {

/// Loads the plug-in, has its transform turn the job's node into a graph, and leaves the graph as a model file.
/// What comes out is the candidate's word: it must be inspected before anybody reads it.
[[noreturn]] void expand(const Startup& child);

/// Leaves what the graph consists of (job::Graph) once it passed the framework's own verifier, and once more with the
/// outputs' types and shapes as the framework works them out. No candidate code runs in this process.
[[noreturn]] void inspect(const Startup& child);

} // namespace mkb::runner
