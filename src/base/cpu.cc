#include "base/cpu.h"

#define _Bool bool  // the header is C, and clang knows no _Bool in C++
#include <sys/platform/x86.h>
#undef _Bool

namespace levada {

// glibc has asked the processor already, before main. To ask again (CPUID, or
// __builtin_cpu_supports of libgcc) traps into the hypervisor: 17 us each time, which a command's
// start would feel.
CpuFeatures ask_cpu() {
  return {.avx2 = CPU_FEATURE_ACTIVE(AVX2),
          .sha_ni = CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSE4_1),
          .vaes_512 = CPU_FEATURE_ACTIVE(VAES) && CPU_FEATURE_ACTIVE(VPCLMULQDQ) &&
                      CPU_FEATURE_ACTIVE(AVX512BW) && CPU_FEATURE_ACTIVE(AVX512DQ) &&
                      CPU_FEATURE_ACTIVE(AVX512VL) && CPU_FEATURE_ACTIVE(AES) &&
                      CPU_FEATURE_ACTIVE(PCLMULQDQ)};
}

}  // namespace levada
