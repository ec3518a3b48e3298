#pragma once
// What a thread asks of the kernel's scheduler for itself. Best effort: a kernel that refuses or
// does not know it runs the thread as ever.

namespace levada::io {

// Undoes the pin that a reactor's thread hands down to the threads it starts: to whatever cores the
// process may use.
void run_on_any_core();

// For a thread that works for microseconds at a time and then waits: by asking for short slices it
// is let in as soon as it wakes, although others compute. Its share of the core stays the same.
void ask_for_short_slices();

}  // namespace levada::io
