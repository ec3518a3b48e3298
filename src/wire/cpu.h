#pragma once
// Which instruction sets this machine has, asked once. For choosing a kernel at run time; nothing
// else may depend on it.

namespace levada::wire {

struct CpuFeatures {
  bool avx2;
  bool sha_ni;  // with SSE4.1, which every machine with SHA-NI has
};

const CpuFeatures& cpu_features();

}  // namespace levada::wire
