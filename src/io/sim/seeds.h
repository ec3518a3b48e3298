#pragma once
// run_seeds: the main of a simulation that is called with FIRST_SEED COUNT (1 and 20 when missing).
// Machines that were crashed stay in memory with what their coroutines held; so a process serves a
// few seeds only. Prints the tally; the seed that failed is the last one named on stderr.

#include <cstdint>

namespace levada::io {

int run_seeds(int argc, char** argv, void (*run)(std::uint64_t seed));

}  // namespace levada::io
