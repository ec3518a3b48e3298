#include "base/frame_pool.h"

#include <array>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define LEVADA_POOL_FRAMES 0  // so that the sanitizer sees every frame's true life
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEVADA_POOL_FRAMES 0
#endif
#endif
#ifndef LEVADA_POOL_FRAMES
#define LEVADA_POOL_FRAMES 1
#endif

namespace levada::frame_pool {
namespace {

constexpr std::size_t class_size = 128;  // frames are rounded up to a multiple of this
constexpr std::size_t class_count = 16;  // larger frames (over 2 KiB) go to the heap
constexpr std::size_t kept_max = 1024;   // per class and thread: at most 2 MiB kept in all

struct Free {
  Free* next;
};

struct Class {
  Free* head = nullptr;
  std::size_t kept = 0;
  ~Class() {
    while (head != nullptr) {
      Free* frame = head;
      head = frame->next;
      ::operator delete(frame);
    }
    kept = kept_max;  // frames freed after this thread's end go straight to the heap
  }
};

Class& class_of(std::size_t size) {
  thread_local std::array<Class, class_count> classes;
  return classes[(size - 1) / class_size];
}

}  // namespace

void* take(std::size_t size) {
  if (!LEVADA_POOL_FRAMES || size > class_size * class_count) return ::operator new(size);
  Class& pool = class_of(size);
  if (pool.head == nullptr)
    return ::operator new((size + class_size - 1) / class_size * class_size);
  Free* frame = pool.head;
  pool.head = frame->next;
  --pool.kept;
  return frame;
}

void give(void* frame, std::size_t size) noexcept {
  if (!LEVADA_POOL_FRAMES || size > class_size * class_count) return ::operator delete(frame);
  Class& pool = class_of(size);
  if (pool.kept == kept_max) return ::operator delete(frame);
  auto* free = static_cast<Free*>(frame);
  free->next = pool.head;
  pool.head = free;
  ++pool.kept;
}

}  // namespace levada::frame_pool
