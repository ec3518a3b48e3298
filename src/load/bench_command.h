#pragma once
// `levada bench …`: the command line of the load generator.

namespace levada::load {

// `arguments` begin behind the word "bench". Returns the exit code.
int run_bench(int count, const char* const* arguments);

}  // namespace levada::load
