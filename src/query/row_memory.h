#pragma once
// Memory of rows and of what maps keep about them. Rows in flight are made and freed by the
// thousand, all of a few sizes: a freed block waits in a list of its size for the next row. The
// lists are short, so what a dropped view gives back goes to malloc.

#include <cstddef>

namespace levada::query {

void* take_row_memory(std::size_t bytes);
void give_row_memory(void* block, std::size_t bytes);  // `bytes` as it was taken

}  // namespace levada::query
