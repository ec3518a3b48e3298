#include "wire/cpu.h"

#include <cpuid.h>

namespace levada::wire {

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = [] {
    constexpr unsigned sha_ni_bit = 1u << 29;  // CPUID leaf 7, EBX
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    const bool has_leaf = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0;
    return CpuFeatures{
        .avx2 = __builtin_cpu_supports("avx2") != 0,  // asks the operating system as well
        .sha_ni = has_leaf && (ebx & sha_ni_bit) != 0 && __builtin_cpu_supports("sse4.1") != 0};
  }();
  return features;
}

}  // namespace levada::wire
