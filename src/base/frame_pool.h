#pragma once
// Memory for coroutine frames: per-thread free lists by size, because a request makes a handful of
// short-lived frames. Only Task's promise uses it.

#include <cstddef>

namespace levada::frame_pool {

void* take(std::size_t size);
void give(void* frame, std::size_t size) noexcept;

}  // namespace levada::frame_pool
