#include "io/sliced.h"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define LEVADA_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEVADA_ADDRESS_SANITIZER 1
#endif
#endif
#ifdef LEVADA_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace levada::io {
namespace {

constexpr std::size_t stack_bytes = 4u << 20;  // of address space; pages come as they are touched
constexpr std::size_t stacks_kept = 4;         // by a thread, for the next ones

// A stack with a page below it that nobody may touch.
class Stack {
 public:
  Stack() {
    void* const memory = ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    CHECK(memory != MAP_FAILED, "no address space for a stack");
    memory_ = static_cast<char*>(memory);
    CHECK(::mprotect(memory_, page(), PROT_NONE) == 0);
  }
  Stack(Stack&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
  Stack& operator=(Stack&& other) noexcept {
    std::swap(memory_, other.memory_);
    return *this;
  }
  ~Stack() {
    if (memory_ != nullptr) ::munmap(memory_, stack_bytes);
  }

  char* begin() const { return memory_ + page(); }
  std::size_t size() const { return stack_bytes - page(); }

 private:
  static std::size_t page() {
    static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
  }
  char* memory_;
};

std::vector<Stack>& spare_stacks() {
  thread_local std::vector<Stack> stacks;
  return stacks;
}

Stack take_stack() {
  auto& spare = spare_stacks();
  if (spare.empty()) return {};
  Stack stack = std::move(spare.back());
  spare.pop_back();
  return stack;
}

void give_back(Stack stack) {
  if (spare_stacks().size() < stacks_kept) spare_stacks().push_back(std::move(stack));
}

// AddressSanitizer wants to be told which stack is in use.
class StackSwitch {
 public:
#ifdef LEVADA_ADDRESS_SANITIZER
  static void begin(void** leaving, const void* to, std::size_t size) {
    __sanitizer_start_switch_fiber(leaving, to, size);
  }
  static void end(void* returned, const void** from, std::size_t* size) {
    __sanitizer_finish_switch_fiber(returned, from, size);
  }
#else
  static void begin(void**, const void*, std::size_t) {}
  static void end(void*, const void**, std::size_t*) {}
#endif
};

class Work final : public Slices, Timer {
 public:
  Work(Reactor& reactor, std::function<void(Slices&)> work)
      : reactor_(reactor), work_(std::move(work)), stack_(take_stack()) {
    CHECK(::getcontext(&inside_) == 0);
    inside_.uc_stack.ss_sp = stack_.begin();
    inside_.uc_stack.ss_size = stack_.size();
    inside_.uc_link = nullptr;
    const auto self = reinterpret_cast<std::uintptr_t>(this);
    ::makecontext(&inside_, reinterpret_cast<void (*)()>(&Work::begin), 2,
                  static_cast<std::uint32_t>(self >> 32), static_cast<std::uint32_t>(self));
  }
  ~Work() {
    CHECK(done_, "sliced work was left in its middle");
    give_back(std::move(stack_));
  }
  Work(const Work&) = delete;

  // Most work is done within its first slice.
  bool await_ready() {
    run_slice();
    return done_;
  }
  void await_suspend(std::coroutine_handle<> caller) {
    caller_ = caller;
    fire = [](Timer& timer) { static_cast<Work&>(timer).next_slice(); };
    if (!waits_) wait_for_turn();
  }
  void await_resume() {}

  void pause_if_due() override {
    if (reactor_.clock().monotonic() >= slice_ends_) leave();
  }

  Result<Unit> wait(Task<Unit> task) override {
    std::optional<Result<Unit>> result;
    levada::start(std::move(task), [&](Result<Unit> ended) {
      result = std::move(ended);
      if (std::exchange(waits_, false)) wait_for_turn();
    });
    if (!result) {
      waits_ = true;
      leave();
    }
    return std::move(*result);
  }

 private:
  void leave() {
    StackSwitch::begin(&inside_stack_, outside_stack_, outside_size_);
    CHECK(::swapcontext(&inside_, &outside_) == 0);
    StackSwitch::end(inside_stack_, &outside_stack_, &outside_size_);
  }

  static void begin(std::uint32_t high, std::uint32_t low) {
    auto* const self =
        reinterpret_cast<Work*>((static_cast<std::uintptr_t>(high) << 32) | std::uintptr_t{low});
    StackSwitch::end(nullptr, &self->outside_stack_, &self->outside_size_);
    self->work_(*self);
    self->done_ = true;
    StackSwitch::begin(nullptr, self->outside_stack_, self->outside_size_);
    ::swapcontext(&self->inside_, &self->outside_);  // never resumed
  }

  void run_slice() {
    slice_ends_ = reactor_.clock().monotonic() + slice_max;
    void* outside = nullptr;
    StackSwitch::begin(&outside, stack_.begin(), stack_.size());
    CHECK(::swapcontext(&outside_, &inside_) == 0);
    StackSwitch::end(outside, nullptr, nullptr);
  }
  void next_slice() {
    run_slice();
    if (done_) return caller_.resume();
    if (!waits_) wait_for_turn();
  }
  void wait_for_turn() {
    at = reactor_.clock().monotonic();
    reactor_.arm(*this);
  }

  Reactor& reactor_;
  std::function<void(Slices&)> work_;
  Stack stack_;
  ucontext_t inside_{}, outside_{};
  MonotonicNanos slice_ends_{};
  bool done_ = false;
  bool waits_ = false;  // for a task, not for a turn
  std::coroutine_handle<> caller_;
  void* inside_stack_ = nullptr;
  const void* outside_stack_ = nullptr;
  std::size_t outside_size_ = 0;
};

}  // namespace

Task<Unit> in_slices(Reactor& reactor, std::function<void(Slices&)> work) {
  Work sliced(reactor, std::move(work));
  co_await sliced;
  co_return Unit{};
}

}  // namespace levada::io
