#pragma once
// Which instruction sets this machine has, asked once. For choosing a kernel at run time; nothing
// else may depend on it.

namespace levada {

struct CpuFeatures {
  bool avx2;
  bool sha_ni;    // with SSE4.1, which every machine with SHA-NI has
  bool vaes_512;  // AES and carry-less products of 512 bits, with the AVX-512 that they come with
};

CpuFeatures ask_cpu();

// Short texts ask for each of them: so this is a load and a branch where it is called.
inline const CpuFeatures& cpu_features() {
  static const CpuFeatures features = ask_cpu();
  return features;
}

}  // namespace levada
